namespace ClipGpt2.Captioning.Decoding;

/// <summary>Is told what a search sees and does, while it runs.</summary>
/// <remarks>
/// Called on the thread that decodes, for one image after the other; it holds the search up for as long as it takes. Both methods do nothing
/// unless they are implemented.
/// </remarks>
public interface IDecodingObserver
{
    /// <summary>A row was scored.</summary>
    /// <param name="scores">Readable during the call only.</param>
    void OnScores(in StepScores scores)
    {
    }

    /// <summary>A token was written. (Greedy search and sampling only: beams take back what they wrote.)</summary>
    /// <param name="token">The token.</param>
    void OnToken(DecodedToken token)
    {
    }
}

/// <summary>A token at the time it is written.</summary>
/// <param name="Image">The image's place in the batch.</param>
/// <param name="Sequence">Which of the image's sequences it belongs to.</param>
/// <param name="TokenId">The token.</param>
/// <param name="LogProbability">What the model gave it.</param>
/// <param name="FinishReason">Why the sequence ends with it, or null if it goes on.</param>
public readonly record struct DecodedToken(int Image, int Sequence, int TokenId, float LogProbability, FinishReason? FinishReason);

/// <summary>The scores of all tokens that may come next in one row.</summary>
public readonly ref struct StepScores
{
    internal StepScores(int image, int beam, ReadOnlySpan<int> history, ReadOnlySpan<float> logits, ReadOnlySpan<float> scores)
    {
        Image = image;
        Beam = beam;
        History = history;
        Logits = logits;
        Scores = scores;
    }

    /// <summary>The image's place in the batch.</summary>
    public int Image { get; }

    /// <summary>The beam, or the sequence when searching without beams.</summary>
    public int Beam { get; }

    /// <summary>The tokens written so far.</summary>
    public ReadOnlySpan<int> History { get; }

    /// <summary>The model's scores, [V].</summary>
    public ReadOnlySpan<float> Logits { get; }

    /// <summary>After the processors, [V]; in beam search these are log-probabilities.</summary>
    public ReadOnlySpan<float> Scores { get; }
}
