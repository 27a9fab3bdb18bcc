using System.Numerics.Tensors;

namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>Divides scores (<c>TemperatureLogitsWarper</c>).</summary>
internal sealed class Temperature(double temperature) : ILogitsProcessor
{
    public void Process(in LogitsContext context, Span<float> scores) => TensorPrimitives.Divide(scores, (float)temperature, scores);
}
