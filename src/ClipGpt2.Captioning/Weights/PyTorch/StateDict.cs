using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch;

/// <summary>Finds the model's weights in what a program saved: they may be all of it, or lie beside an optimizer's state and options.</summary>
internal static class StateDict
{
    /// <summary>Wrappers in wrappers; a dictionary may hold itself.</summary>
    private const int MostLevels = 4;

    private static readonly string[] Keys = ["caption_model_state_dict", .. Wrapping.Keys];

    /// <summary>The weights by name.</summary>
    /// <param name="root">The file's value.</param>
    /// <param name="file">The file, for messages.</param>
    /// <exception cref="CheckpointFormatException">There are none, or what stands in their place is something else.</exception>
    public static Dictionary<string, StoredTensor> Find(object? root, string file)
    {
        var (value, key) = Unwrap(root);
        if (key is not null && !IsStateDict(value))
        {
            throw new CheckpointFormatException($"'{file}': '{key}' isn't a state dict, a dictionary of tensors by name, but {PickleNames.Describe(value)} of something else.");
        }

        return TensorsOf(value, file) is { Count: > 0 } tensors
            ? tensors
            : throw new CheckpointFormatException($"'{file}' holds no state dict: {PickleNames.Describe(root)} without tensors under '{string.Join("', '", Keys)}' or directly in it.");
    }

    /// <summary>The names of the weights, without what all of them begin with; none where the file holds no state dict.</summary>
    public static IEnumerable<string> Names(object? root)
    {
        string[] names = Unwrap(root).Value is PickleDictionary dictionary ? [.. dictionary.Entries.Where(entry => entry.Value is StoredTensor).Select(entry => entry.Key).OfType<string>()] : [];
        var length = Wrapping.CommonLength(names);
        return names.Select(name => name[length..]);
    }

    private static Dictionary<string, StoredTensor> TensorsOf(object? value, string file) => value is PickleDictionary or PickleObject ? TensorTree.Flatten(value, file) : [];

    /// <summary>Goes through dictionaries that hold no weights themselves, and says under which key the last one lay; null for the root.</summary>
    private static (object? Value, string? Key) Unwrap(object? root)
    {
        var (value, under) = (root, (string?)null);
        for (var level = 0; level < MostLevels && value is PickleDictionary dictionary && KeyIn(dictionary) is { } key; level++)
        {
            (value, under) = (dictionary[key], key);
        }

        return (value, under);
    }

    /// <summary>The key of the weights. A number of an epoch may be a tensor too, so that tensors alone don't make a dictionary the weights' own.</summary>
    private static string? KeyIn(PickleDictionary dictionary)
    {
        string[] present = [.. Keys.Where(key => dictionary.Find(key, out _))];
        return present.FirstOrDefault(key => dictionary[key] is PickleDictionary)
            ?? (dictionary.Entries.Any(entry => entry.Value is StoredTensor) ? null : present.FirstOrDefault());
    }

    private static bool IsStateDict(object? value) =>
        value is PickleDictionary weights && weights.Entries.Count > 0 && weights.Entries.All(entry => entry is { Key: string, Value: StoredTensor });
}
