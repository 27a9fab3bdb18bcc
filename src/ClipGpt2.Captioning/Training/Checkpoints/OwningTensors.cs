using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>Tensors of a file that is closed with them.</summary>
internal sealed class OwningTensors(ITensorSource tensors, IDisposable file) : ITensorSource
{
    public string Location => tensors.Location;

    public IReadOnlyDictionary<string, TensorInfo> Tensors => tensors.Tensors;

    public torch.Tensor Read(string name) => tensors.Read(name);

    public void Dispose()
    {
        tensors.Dispose();
        file.Dispose();
    }
}
