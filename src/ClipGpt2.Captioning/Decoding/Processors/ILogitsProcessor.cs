namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Changes the scores of the tokens that may come next.</summary>
/// <remarks>Called for several rows at once: an implementation must not keep anything of a call.</remarks>
public interface ILogitsProcessor
{
    /// <summary>Changes the scores of one row, in place.</summary>
    /// <param name="context">What the row has so far.</param>
    /// <param name="scores">[V]: logits in greedy search and sampling, log-probabilities in beam search. Negative infinity forbids a token.</param>
    void Process(in LogitsContext context, Span<float> scores);
}

/// <summary>What a logits processor may know of the row it is changing.</summary>
public readonly ref struct LogitsContext
{
    /// <summary>Creates the context of a row.</summary>
    /// <param name="history">See <see cref="History"/>.</param>
    /// <param name="image">The image's place in the batch.</param>
    /// <param name="earlierGroupTokens">In diverse beam search: what the beams of earlier groups chose at this step.</param>
    public LogitsContext(ReadOnlySpan<int> history, int image = 0, ReadOnlySpan<int> earlierGroupTokens = default)
    {
        History = history;
        Image = image;
        EarlierGroupTokens = earlierGroupTokens;
    }

    /// <summary>The tokens of the text so far: those that were written, and where visual tokens are read beside the text before them start token and prompt.</summary>
    public ReadOnlySpan<int> History { get; }

    /// <summary>The image's place in the batch.</summary>
    public int Image { get; }

    /// <summary>In diverse beam search: what the beams of earlier groups chose at this step.</summary>
    public ReadOnlySpan<int> EarlierGroupTokens { get; }
}
