using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch;

/// <summary>Finds the model's weights in what a program saved: they may be all of it, or lie beside an optimizer's state and options.</summary>
internal static class StateDict
{
    /// <summary>What the wrappers of parallel training put before every name.</summary>
    private const string ParallelPrefix = "module.";

    /// <summary>The keys under which training programs keep the weights: the seed's, OpenCLIP's and Lightning's, and the usual ones.</summary>
    private static readonly string[] Keys = ["caption_model_state_dict", "state_dict", "model_state_dict", "model_state", "model", "module"];

    /// <summary>The weights by name.</summary>
    /// <param name="root">The file's value.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="CheckpointFormatException">There are none, or what stands in their place is something else.</exception>
    public static Dictionary<string, StoredTensor> Find(object? root, string file)
    {
        var weights = root is PickleDictionary dictionary ? Within(dictionary, file) : root;
        var tensors = weights is PickleDictionary or PickleObject ? TensorTree.Flatten(weights, file) : [];
        return tensors.Count > 0
            ? WithoutPrefix(tensors)
            : throw new CheckpointFormatException($"'{file}' holds no state dict: {PickleNames.Describe(root)} without tensors under '{string.Join("', '", Keys)}' or directly in it.");
    }

    private static PickleDictionary Within(PickleDictionary root, string file)
    {
        var isOne = root.Entries.Any(entry => entry.Value is StoredTensor);
        if (isOne || Keys.FirstOrDefault(key => root.Find(key, out _)) is not { } key)
        {
            return root;
        }

        return root[key] is PickleDictionary weights && weights.Entries.Count > 0 && weights.Entries.All(entry => entry is { Key: string, Value: StoredTensor })
            ? weights
            : throw new CheckpointFormatException($"'{file}': '{key}' isn't a state dict, a dictionary of tensors by name, but {PickleNames.Describe(root[key])} of something else.");
    }

    private static Dictionary<string, StoredTensor> WithoutPrefix(Dictionary<string, StoredTensor> tensors) =>
        tensors.Keys.All(name => name.StartsWith(ParallelPrefix, StringComparison.Ordinal))
            ? tensors.ToDictionary(tensor => tensor.Key[ParallelPrefix.Length..], tensor => tensor.Value, StringComparer.Ordinal)
            : tensors;
}
