using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Named tensors in one or several files, read one by one when they are asked for.</summary>
/// <remarks>Reading is safe from any number of threads; disposing isn't while a read runs.</remarks>
public interface ITensorSource : IDisposable
{
    /// <summary>The file or folder, for messages.</summary>
    string Location { get; }

    /// <summary>What the source holds, by name.</summary>
    IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">A name in <see cref="Tensors"/>.</param>
    /// <returns>A new contiguous CPU tensor of the stored shape and data type, the caller's own.</returns>
    /// <exception cref="CheckpointFormatException">There is no such tensor, or its data type has no equal in libtorch.</exception>
    torch.Tensor Read(string name);
}
