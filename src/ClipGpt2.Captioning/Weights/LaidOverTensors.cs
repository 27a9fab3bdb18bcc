using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>A part's own tensors with those that a checkpoint holds, under the same names, in their places.</summary>
/// <param name="below">The part's own; from then on this source's.</param>
/// <param name="above">What replaces them; it stays the caller's.</param>
internal sealed class LaidOverTensors(ITensorSource below, ITensorSource above) : ITensorSource
{
    private readonly OverlaidTensors _tensors = new(below, above, namePrefix: "", new SameNames());

    public string Location => _tensors.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors.Tensors;

    public torch.Tensor Read(string name) => _tensors.Read(name);

    public void Dispose() => below.Dispose();

    private sealed class SameNames : WeightNameMap;
}
