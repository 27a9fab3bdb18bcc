using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Opens weights in whatever form they are stored.</summary>
public static class TensorFiles
{
    private const string SafetensorsName = "model.safetensors";
    private const string PyTorchName = "pytorch_model.bin";
    private const string IndexEnding = ".index.json";

    /// <summary>What Hugging Face's programs and OpenCLIP call the weights in their folders, in the order in which they are looked for.</summary>
    private static readonly string[] Names =
    [
        SafetensorsName, SafetensorsName + IndexEnding, PyTorchName, PyTorchName + IndexEnding, "open_clip_model.safetensors", "open_clip_pytorch_model.bin",
    ];

    private static readonly string[] PyTorchEndings = [".bin", ".pt", ".pth", ".pkl", ".ckpt"];

    /// <summary>Opens a file of weights, the JSON index of a sharded one, or a folder that holds either under Hugging Face's or OpenCLIP's names.</summary>
    /// <remarks>
    /// A file that ends in <c>.bin</c>, <c>.pt</c>, <c>.pth</c>, <c>.pkl</c> or <c>.ckpt</c> is one of PyTorch's, of which the model's weights are taken
    /// (<see cref="PyTorchFile.StateDict"/>); any other is a <c>.safetensors</c>, whose names lose the same beginnings where all have them. A folder's <c>model.safetensors</c> comes before its <c>pytorch_model.bin</c>.
    /// </remarks>
    /// <param name="path">The file or folder.</param>
    /// <returns>The tensors; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such file, or none in the folder.</exception>
    /// <exception cref="UnsafeCheckpointException">A PyTorch file asks for more than data.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged or of a form that isn't read.</exception>
    public static ITensorSource Open(string path)
    {
        if (Directory.Exists(path))
        {
            return OpenFolder(path);
        }

        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? Wrapping.TakeOff(ShardedTensors.Open(path)) : OpenFile(path);
    }

    /// <summary>Whether a file is one of PyTorch's by its name.</summary>
    internal static bool IsPyTorch(string path) => PyTorchEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a path names a file rather than a folder or a model: it is one, or ends as files of weights do.</summary>
    internal static bool IsFileName(string path) => File.Exists(path) || HasEnding(path);

    /// <summary>Whether a path ends as files of weights do.</summary>
    internal static bool HasEnding(string path) => IsPyTorch(path) || Path.GetExtension(path).ToUpperInvariant() is ".SAFETENSORS" or ".JSON";

    /// <summary>The file of a folder's weights, or the index of several; null if it holds none under a known name.</summary>
    internal static string? FindIn(string folder) => Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Whether a model folder's weights are a <c>.safetensors</c> or shards of them.</summary>
    internal static bool HasSafetensors(string folder) =>
        File.Exists(Path.Combine(folder, SafetensorsName)) || File.Exists(Path.Combine(folder, SafetensorsName + IndexEnding));

    /// <summary>Opens one file of weights.</summary>
    internal static ITensorSource OpenFile(string path) => Wrapping.TakeOff(OpenShard(path));

    /// <summary>Opens one file of weights under the names that they have there, and that an index gives them.</summary>
    internal static ITensorSource OpenShard(string path) => IsPyTorch(path) ? PyTorchFile.OpenStateDict(path) : SafetensorsFile.Open(path);

    /// <summary>Opens a file of weights, or those of a folder, under the names that they have there.</summary>
    /// <exception cref="CheckpointFormatException">The file is damaged, or of a form that isn't read.</exception>
    internal static ITensorSource OpenAsStored(string path)
    {
        var file = Directory.Exists(path) ? FindIn(path) ?? throw NothingIn(path) : path;
        return file.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ShardedTensors.Open(file) : OpenShard(file);
    }

    private static ITensorSource OpenFolder(string folder) => FindIn(folder) is { } found
        ? Open(found)
        : throw NothingIn(folder);

    private static ModelNotFoundException NothingIn(string folder) => new($"'{folder}' holds no weights: none of '{string.Join("', '", Names)}' is in it.");
}
