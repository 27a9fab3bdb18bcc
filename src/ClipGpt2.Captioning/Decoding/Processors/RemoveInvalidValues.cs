namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Replaces NaN by 0 and infinities by the largest and smallest number (<c>InfNanRemoveLogitsProcessor</c>).</summary>
internal sealed class RemoveInvalidValues : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores)
    {
        foreach (ref var score in scores)
        {
            score = float.IsNaN(score) ? 0 : Math.Clamp(score, float.MinValue, float.MaxValue);
        }
    }
}
