namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>
/// Forbids tokens, everywhere (<c>SuppressTokensLogitsProcessor</c>) or where the history has a certain length
/// (<c>SuppressTokensAtBeginLogitsProcessor</c>).
/// </summary>
internal sealed class SuppressedTokens(IReadOnlyList<int> tokens, int? length = null) : ILogitsProcessor
{
    public bool IsAtBegin => length is not null;

    public void Process(in LogitsContext context, Span<float> scores)
    {
        if (length is { } only && context.History.Length != only)
        {
            return;
        }

        foreach (var token in tokens)
        {
            scores[token] = float.NegativeInfinity;
        }
    }
}
