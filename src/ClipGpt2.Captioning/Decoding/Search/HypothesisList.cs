namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>The best finished texts of a group of beams (<c>BeamHypotheses</c>, which diverse and constrained search use).</summary>
internal sealed class HypothesisList(int capacity, SearchSettings settings)
{
    private readonly List<Hypothesis> _items = [];

    private double _worst = 1e9;

    public IReadOnlyList<Hypothesis> Items => _items;

    /// <summary>Adds a text if there is room, or if it is better than the worst, which then goes.</summary>
    /// <param name="text">The text, with its end token if it has one.</param>
    /// <param name="sum">Of its scores.</param>
    /// <param name="reason">Why it ended.</param>
    public void Add(TokenNode text, float sum, FinishReason reason)
    {
        var score = sum / Math.Pow(text.Length, settings.Options.LengthPenalty);
        if (_items.Count >= capacity && !(score > _worst))
        {
            return;
        }

        _items.Add(new Hypothesis(score, text, reason));
        if (_items.Count > capacity)
        {
            _items.Remove(_items.MinBy(h => h.Score)!);
        }

        _worst = _items.Min(h => h.Score);
    }

    /// <summary>Whether no running text will be added, as far as early stopping says.</summary>
    /// <param name="bestSum">The greatest score of a candidate at this step.</param>
    /// <param name="length">Of the candidates.</param>
    public bool IsDone(float bestSum, int length)
    {
        if (_items.Count < capacity)
        {
            return false;
        }

        var options = settings.Options;
        var attainableLength = options.EarlyStopping == EarlyStopping.Never && options.LengthPenalty > 0 ? settings.MaxNewTokens : length;
        return options.EarlyStopping == EarlyStopping.WhenFull || _worst >= bestSum / Math.Pow(attainableLength, options.LengthPenalty);
    }

    /// <summary>The best of several lists; of equal ones the last added.</summary>
    public static IReadOnlyList<DecodedSequence> Best(IEnumerable<HypothesisList> lists, SearchSettings settings) =>
        [.. lists.SelectMany(l => l.Items).Reverse().OrderByDescending(h => h.Score).Take(settings.Options.ReturnedSequences).Select(h => h.ToSequence(settings))];
}

/// <summary>A finished text.</summary>
/// <param name="Score">Normalised by length.</param>
/// <param name="Text">With its end token.</param>
/// <param name="Reason">Why it ended.</param>
internal sealed record Hypothesis(double Score, TokenNode Text, FinishReason Reason)
{
    /// <summary>The reference stores such texts without their end token and writes the first one after them, whichever it was.</summary>
    public DecodedSequence ToSequence(SearchSettings settings) =>
        Text.ToSequence((float)Score, Reason, settings.Options.Trace, Reason == FinishReason.EndToken ? settings.EndTokens[0] : null);
}
