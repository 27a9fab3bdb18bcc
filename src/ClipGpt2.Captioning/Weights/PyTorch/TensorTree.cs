using System.Globalization;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch;

/// <summary>Finds the tensors within a value and names them by their path: keys, fields and indexes, with dots between them.</summary>
/// <remarks>A container that is met again is left out, so that values that hold themselves or each other many times come to an end.</remarks>
internal static class TensorTree
{
    /// <summary>The names of all tensors of a checkpoint together are a thousand times shorter.</summary>
    private const long MostCharacters = 1 << 25;

    /// <exception cref="CheckpointFormatException">Their names are too long: short files can make names grow with every level.</exception>
    public static Dictionary<string, StoredTensor> Flatten(object? root, string file)
    {
        var found = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        long characters = 0;
        var left = new Stack<(object? Value, string Name)>([(root, "")]);
        while (left.TryPop(out var next))
        {
            if (next.Value is StoredTensor tensor)
            {
                found.TryAdd(next.Name, tensor);
            }
            else if (next.Value is PickleContainer container && seen.Add(container))
            {
                // The last pushed is taken first, so they are pushed backwards: the tensors keep the file's order.
                foreach (var (key, value) in Children(container).Reverse())
                {
                    var name = next.Name.Length == 0 ? key : $"{next.Name}.{key}";
                    characters += name.Length;
                    left.Push(characters <= MostCharacters ? (value, name)
                        : throw new CheckpointFormatException($"'{file}' nests values under names of an implausible size: more than {MostCharacters} characters together."));
                }
            }
        }

        return found;
    }

    private static IEnumerable<(string Key, object? Value)> Children(PickleContainer container) => container switch
    {
        PickleDictionary dictionary => dictionary.Entries.Where(entry => Matters(entry.Value)).Select(entry => (Name(entry.Key), entry.Value)),
        PickleObject instance => Children(instance.Fields),
        PickleList list => Indexed(list.Items),
        PickleTuple tuple => Indexed(tuple.Items),
        _ => [],
    };

    private static IEnumerable<(string Key, object? Value)> Indexed(IReadOnlyList<object?> items) =>
        items.Select((item, i) => (i.ToString(CultureInfo.InvariantCulture), item)).Where(item => Matters(item.item));

    private static bool Matters(object? value) => value is StoredTensor or PickleContainer;

    private static string Name(object? key) => key switch
    {
        string text => text,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => PickleNames.Describe(key),
    };
}
