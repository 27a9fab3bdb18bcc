namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Forbids end tokens before a length (<c>MinLengthLogitsProcessor</c>, <c>MinNewTokensLengthLogitsProcessor</c>).</summary>
internal sealed class MinLength(int length, IReadOnlyList<int> endTokens) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        if (context.History.Length >= length)
        {
            return;
        }

        foreach (var token in endTokens)
        {
            scores[token] = float.NegativeInfinity;
        }
    }
}
