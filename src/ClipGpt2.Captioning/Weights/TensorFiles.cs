namespace ClipGpt2.Captioning.Weights;

/// <summary>Opens weights in whatever form they are stored.</summary>
public static class TensorFiles
{
    private const string WeightsName = "model.safetensors";
    private const string PickleName = "pytorch_model.bin";

    /// <summary>Opens a <c>.safetensors</c> file, the JSON index of a sharded one, or a folder that holds either under Hugging Face's names.</summary>
    /// <param name="path">The file or folder.</param>
    /// <returns>The tensors; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such file, or none in the folder.</exception>
    /// <exception cref="CheckpointFormatException">The file is damaged or of a form that isn't read.</exception>
    public static ITensorSource Open(string path)
    {
        if (Directory.Exists(path))
        {
            return OpenFolder(path);
        }

        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ShardedSafetensors.Open(path) : SafetensorsFile.Open(path);
    }

    private static ITensorSource OpenFolder(string folder)
    {
        if (Path.Combine(folder, WeightsName) is var single && File.Exists(single))
        {
            return SafetensorsFile.Open(single);
        }

        if (Path.Combine(folder, ShardedSafetensors.IndexName) is var index && File.Exists(index))
        {
            return ShardedSafetensors.Open(index);
        }

        throw File.Exists(Path.Combine(folder, PickleName)) || File.Exists(Path.Combine(folder, PickleName + ".index.json"))
            ? new CheckpointFormatException(
                $"'{folder}' holds its weights only as '{PickleName}', a pickle, which this version doesn't read: convert it to '{WeightsName}'.")
            : new ModelNotFoundException($"'{folder}' holds no weights: neither '{WeightsName}' nor '{ShardedSafetensors.IndexName}' is in it.");
    }
}
