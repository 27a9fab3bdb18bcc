namespace ClipGpt2.Captioning.Decoding;

/// <summary>How sure a model is of a caption, in figures over its tokens' log-probabilities.</summary>
/// <param name="Sum">The log-probability of the whole caption.</param>
/// <param name="Mean">Of the tokens' log-probabilities.</param>
/// <param name="MinProbability">The probability of the least likely token.</param>
/// <param name="MeanProbability">The mean of the tokens' probabilities.</param>
/// <param name="Perplexity">exp(-<paramref name="Mean"/>).</param>
public sealed record CaptionConfidence(double Sum, double Mean, double MinProbability, double MeanProbability, double Perplexity)
{
    /// <summary>The figures of a decoded caption.</summary>
    /// <param name="sequence">The caption.</param>
    /// <param name="withEnd">Whether an end token counts.</param>
    /// <returns>The figures.</returns>
    public static CaptionConfidence Of(DecodedSequence sequence, bool withEnd = true)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return Of(withEnd || sequence.FinishReason != FinishReason.EndToken ? sequence.LogProbabilities : sequence.LogProbabilities.SkipLast(1));
    }

    /// <summary>The figures of a caption's tokens.</summary>
    /// <param name="logProbabilities">One for each token. Of no tokens the model is entirely sure.</param>
    /// <returns>The figures.</returns>
    public static CaptionConfidence Of(IEnumerable<float> logProbabilities)
    {
        var values = logProbabilities.Select(p => (double)p).DefaultIfEmpty(0).ToList();
        var mean = values.Average();
        return new CaptionConfidence(values.Sum(), mean, Math.Exp(values.Min()), values.Average(Math.Exp), Math.Exp(-mean));
    }
}
