using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Weights.Adapters;

/// <summary>A model's weights with adapters added to them, so that running the model costs no more than without: W + s B A.</summary>
/// <remarks>Sums are float32, whatever the weights are stored in. What doesn't fit is left to who loads the weights, who lists all faults.</remarks>
/// <param name="below">The model's weights; they stay the caller's.</param>
/// <param name="adapters">The adapters by the stored name of the weight that each belongs to; this owns them.</param>
/// <param name="inputRows">Whether those weights are stored as [in, out].</param>
internal sealed class MergedTensors(ITensorSource below, IReadOnlyDictionary<string, LowRankWeights> adapters, bool inputRows) : ITensorSource
{
    public string Location => below.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors => field ??= below.Tensors.ToDictionary(
        tensor => tensor.Key, tensor => adapters.ContainsKey(tensor.Key) ? Summed(tensor.Value) : tensor.Value, StringComparer.Ordinal);

    public Tensor Read(string name)
    {
        if (!adapters.TryGetValue(name, out var adapter))
        {
            return below.Read(name);
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var delta = adapter.Delta();
        return below.Read(name).to_type(ScalarType.Float32).Plus(inputRows ? delta.t() : delta).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var adapter in adapters.Values)
        {
            adapter.Dispose();
        }
    }

    private static TensorInfo Summed(TensorInfo info) => info.DataType is "F16" or "BF16" or "F64"
        ? info with { DataType = "F32", ByteLength = info.Shape.Aggregate(4L, (bytes, size) => bytes * size) }
        : info;
}
