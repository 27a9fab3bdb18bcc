using ClipGpt2.Captioning.Text;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Training.Objectives;

/// <summary>How an objective turns captions into the tokens that a model has to foretell.</summary>
/// <param name="filler">The token that fills shorter rows of a batch; what it foretells never counts.</param>
internal abstract class CaptionTargets(int filler)
{
    /// <summary>The token that fills shorter rows of a batch.</summary>
    public int Filler { get; } = filler;

    /// <summary>Creates the targets of an objective.</summary>
    /// <param name="objective">The objective.</param>
    /// <param name="tokenizer">The decoder's tokenizer.</param>
    /// <param name="maxTokens">The number of tokens to which a caption is cut.</param>
    /// <exception cref="CaptioningException">The objective needs an end token, and the tokenizer has none.</exception>
    public static CaptionTargets Create(CaptionObjective objective, Tokenizer tokenizer, int maxTokens) => objective switch
    {
        CaptionObjective.Reference => new ReferenceTargets(EndToken(tokenizer), maxTokens),
        CaptionObjective.ClipCap => new ClipCapTargets(maxTokens),
        _ => new CorrectedTargets(EndToken(tokenizer), maxTokens),
    };

    /// <summary>The tokens of captions, to be foretold in this order.</summary>
    /// <param name="captions">The ids of each caption's text, without special tokens.</param>
    /// <returns>As many arrays, none of them longer than the limit.</returns>
    public virtual IEnumerable<int[]> Build(IReadOnlyList<int[]> captions) => captions.Select(Build);

    /// <summary>Whether foretelling a token counts.</summary>
    public virtual bool Counts(int token) => true;

    protected abstract int[] Build(int[] text);

    private static int EndToken(Tokenizer tokenizer) => (tokenizer as TransformerTokenizer)?.EosTokenId
        ?? throw new CaptioningException($"{tokenizer.GetType()} has no end token, without which captions never end: give the tokenizer one, or train with {nameof(CaptionObjective)}.{nameof(CaptionObjective.ClipCap)}.");
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
