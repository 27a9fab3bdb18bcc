namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>The search of one image's captions: it reads the rows it has in a session and says which rows come next.</summary>
/// <remarks>An image sees its own rows only, so that what it gets cannot depend on the rest of the batch.</remarks>
internal abstract class ImageSearch(int image, SearchSettings settings)
{
    private readonly List<int> _parents = [];
    private readonly List<int> _tokens = [];

    /// <summary>The rows it has in the session: one until the first step, then one for each continuation.</summary>
    public int Rows { get; private set; } = 1;

    /// <summary>For each continuation the row, among its own, that it continues. None at the end.</summary>
    public IReadOnlyList<int> Parents => _parents;

    /// <summary>For each continuation the token.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    protected int Image => image;

    protected SearchSettings Settings => settings;

    protected EffectiveDecoding Options => settings.Options;

    /// <summary>The search that options ask for.</summary>
    public static ImageSearch Create(int image, SearchSettings settings) => settings.Options switch
    {
        { Strategy: DecodingStrategy.ClipCapBeam } => new ClipCapBeamSearch(image, settings),
        { Strategy: DecodingStrategy.ClipCapGreedy } or { Beams: 1 } => new GreedySearch(image, settings),
        { RequiredWords.Count: > 0 } => new ConstrainedBeamSearch(image, settings),
        { BeamGroups: > 1 } => new GroupBeamSearch(image, settings),
        _ => new BeamSearch(image, settings),
    };

    /// <summary>Why the image has no captions, which is no reason for the others to have none; else null.</summary>
    public CaptioningException? Error { get; private set; }

    /// <summary>Best first; once it has no continuations.</summary>
    public abstract IReadOnlyList<DecodedSequence> Results();

    /// <summary>Makes one step.</summary>
    /// <param name="session">The session.</param>
    /// <param name="firstRow">Where its rows begin.</param>
    public void Step(IDecodingSession session, int firstRow)
    {
        _parents.Clear();
        _tokens.Clear();
        try
        {
            Step(new SessionRows(session, firstRow, Rows));
        }
        catch (CaptioningException e)
        {
            Error = e;
            _parents.Clear();
            _tokens.Clear();
        }

        Rows = _parents.Count;
    }

    protected abstract void Step(SessionRows rows);

    /// <summary>The random numbers of one of the image's sequences; null where nothing is drawn.</summary>
    protected RandomStream? CreateRandom(int sequence) =>
        Options.Sample ? new RandomStream(Options.Seed, Options.ImageNumbers is { } numbers ? numbers[image] : image, sequence) : null;

    /// <summary>Asks for a row that continues one of its rows.</summary>
    /// <returns>The new row.</returns>
    protected int Continue(int parent, int token)
    {
        _parents.Add(parent);
        _tokens.Add(token);
        return _parents.Count - 1;
    }
}
