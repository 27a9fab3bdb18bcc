namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>
/// Forbids tokens, everywhere (<c>SuppressTokensLogitsProcessor</c>) or where a certain number were written
/// (<c>SuppressTokensAtBeginLogitsProcessor</c>).
/// </summary>
internal sealed class SuppressedTokens(IReadOnlyList<int> tokens, int? written = null) : ILogitsProcessor
{
    public bool IsAtBegin => written is not null;

    public void Process(in LogitsContext context, Span<float> scores)
    {
        if (written is { } length && context.History.Length != length)
        {
            return;
        }

        foreach (var token in tokens)
        {
            scores[token] = float.NegativeInfinity;
        }
    }
}
