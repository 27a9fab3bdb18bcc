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
/// <param name="LogProbabilities">
/// The log-probability that the model itself gave each token of <paramref name="TokenIds"/>, before any penalty, ban or temperature.
/// </param>
/// <param name="Score">What the search ranked it by: for beams the length-normalised sum, else the sum of log-probabilities.</param>
/// <param name="FinishReason">Why it ended.</param>
public sealed record DecodedSequence(
    IReadOnlyList<int> TokenIds,
    IReadOnlyList<float> LogProbabilities,
    double Score,
    FinishReason FinishReason)
{
    /// <summary>How it was found, if <see cref="DecodingOptions.Trace"/> asked for it.</summary>
    public SequenceTrace? Trace { get; init; }
}

/// <summary>How a search found a sequence.</summary>
/// <param name="Scores">The score of each token that the search saw: after all processors; a log-probability in beam search, else a logit.</param>
/// <param name="Beams">The beam that each token was written to the end of.</param>
public sealed record SequenceTrace(IReadOnlyList<float> Scores, IReadOnlyList<int> Beams);
