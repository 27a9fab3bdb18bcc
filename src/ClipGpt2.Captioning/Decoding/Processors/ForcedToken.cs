namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>
/// Forbids all tokens but one where a certain number were written (<c>ForcedBOSTokenLogitsProcessor</c> with 1,
/// <c>ForcedEOSTokenLogitsProcessor</c> with one less than the limit).
/// </summary>
internal sealed class ForcedToken(int written, int token) : ILogitsProcessor
{
    public bool IsFirst => written == 1;

    public void Process(in LogitsContext context, Span<float> scores)
    {
        if (context.History.Length == written)
        {
            scores.Fill(float.NegativeInfinity);
            scores[token] = 0;
        }
    }
}
