using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Encoders;

/// <summary>Weights of which only the shapes are asked for.</summary>
internal sealed class ShapesOnly(IEnumerable<(string Name, long[] Shape)> shapes) : ITensorSource
{
    public string Location => "shapes";

    public IReadOnlyDictionary<string, TensorInfo> Tensors { get; } = shapes.ToDictionary(s => s.Name, s => new TensorInfo(s.Name, "F32", s.Shape, 4 * s.Shape.Aggregate(1L, (a, b) => a * b)));

    public Tensor Read(string name) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
