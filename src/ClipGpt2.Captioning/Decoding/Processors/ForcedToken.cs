namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>
/// Forbids all tokens but one where the history has a certain length (<c>ForcedBOSTokenLogitsProcessor</c> with 1,
/// <c>ForcedEOSTokenLogitsProcessor</c> with one less than the limit).
/// </summary>
internal sealed class ForcedToken(int length, int token) : ILogitsProcessor
{
    public bool IsFirst => length == 1;

    public void Process(in LogitsContext context, Span<float> scores)
    {
        if (context.History.Length == length)
        {
            scores.Fill(float.NegativeInfinity);
            scores[token] = 0;
        }
    }
}
