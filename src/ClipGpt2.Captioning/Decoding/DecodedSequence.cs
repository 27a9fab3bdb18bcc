namespace ClipGpt2.Captioning.Decoding;

/// <summary>Why a sequence ended.</summary>
public enum FinishReason
{
    /// <summary>It reached an end token.</summary>
    EndToken,

    /// <summary>It reached the longest length that was allowed.</summary>
    Length,

    /// <summary>It reached a stop string.</summary>
    StopString,
}

/// <summary>One caption as token ids, with its figures.</summary>
/// <param name="TokenIds">The new tokens, with the end token if it was reached; neither prefix nor prompt.</param>
/// <param name="LogProbabilities">The log-probability of each token of <paramref name="TokenIds"/>.</param>
/// <param name="Score">What the search ranked it by: for beams the length-normalised sum, else the sum of log-probabilities.</param>
/// <param name="FinishReason">Why it ended.</param>
public sealed record DecodedSequence(
    IReadOnlyList<int> TokenIds,
    IReadOnlyList<float> LogProbabilities,
    double Score,
    FinishReason FinishReason);
