namespace ClipGpt2.Captioning.Training.Objectives;

/// <summary>How an objective turns captions into the tokens that a model has to foretell.</summary>
/// <param name="filler">The token that fills shorter rows of a batch; what it foretells never counts.</param>
public abstract class CaptionTargets(int filler)
{
    /// <summary>The token that fills shorter rows of a batch.</summary>
    public int Filler { get; } = filler;

    /// <summary>The tokens of captions, to be foretold in this order.</summary>
    /// <param name="captions">The ids of each caption's text, without special tokens.</param>
    /// <returns>As many arrays, none of them longer than the limit.</returns>
    public virtual IEnumerable<int[]> Build(IReadOnlyList<int[]> captions) => captions.Select(Build);

    /// <summary>Whether foretelling a token counts.</summary>
    /// <param name="token">Its id.</param>
    /// <returns>True unless it is left out of the loss.</returns>
    public virtual bool Counts(int token) => true;

    /// <summary>The tokens of one caption.</summary>
    /// <param name="text">The ids of its text, without special tokens.</param>
    /// <returns>The tokens to be foretold, no more than the limit.</returns>
    protected abstract int[] Build(int[] text);
}

/// <summary>The text and one end token; a longer caption is cut and ends all the same.</summary>
internal sealed class CorrectedTargets(int endToken, int maxTokens) : CaptionTargets(endToken)
{
    protected override int[] Build(int[] text) => [.. text.AsSpan(0, Math.Min(text.Length, maxTokens - 1)), Filler];
}

/// <summary>The reference program's: the text, filled up with end tokens; a longer caption is cut and has none. Source: its <c>ClipCaptionDataset</c>.</summary>
internal sealed class ReferenceTargets(int endToken, int maxTokens) : CaptionTargets(endToken)
{
    protected override int[] Build(int[] text)
    {
        var tokens = new int[maxTokens];
        Array.Fill(tokens, Filler);
        text.AsSpan(0, Math.Min(text.Length, maxTokens)).CopyTo(tokens);
        return tokens;
    }
}

/// <summary>ClipCap's: the text alone; token 0 is padding and never counts, even where it is text. Source: its <c>ClipCocoDataset</c> and <c>train</c>.</summary>
internal sealed class ClipCapTargets(int maxTokens) : CaptionTargets(Padding)
{
    private const int Padding = 0;

    /// <summary>Captions are cut at ten standard deviations beyond the mean length, or at the longest's.</summary>
    public static int MaxLength(IReadOnlyCollection<int> lengths)
    {
        // torch's mean and sample standard deviation of a float32 tensor.
        var mean = lengths.Average();
        var deviation = lengths.Count < 2 ? 0 : Math.Sqrt(lengths.Sum(length => (length - mean) * (length - mean)) / (lengths.Count - 1));
        return Math.Min((int)(float)(mean + (10 * deviation)), lengths.Max());
    }

    public override IEnumerable<int[]> Build(IReadOnlyList<int[]> captions)
    {
        var most = captions.Count == 0 ? 0 : Math.Min(maxTokens, MaxLength([.. captions.Select(c => c.Length)]));
        return captions.Select(text => text[..Math.Min(text.Length, most)]);
    }

    public override bool Counts(int token) => token != Padding;

    protected override int[] Build(int[] text) => text[..Math.Min(text.Length, maxTokens)];
}
