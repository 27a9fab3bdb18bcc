namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Forbids tokens that would repeat a sequence of <paramref name="size"/> tokens (<c>NoRepeatNGramLogitsProcessor</c>).</summary>
internal sealed class NoRepeatNgram(int size) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        var history = context.History;
        if (history.Length < size)
        {
            return;
        }

        var ending = history[(history.Length - size + 1)..];
        for (var i = 0; i + size <= history.Length; i++)
        {
            if (history.Slice(i, size - 1).SequenceEqual(ending))
            {
                scores[history[i + size - 1]] = float.NegativeInfinity;
            }
        }
    }
}
