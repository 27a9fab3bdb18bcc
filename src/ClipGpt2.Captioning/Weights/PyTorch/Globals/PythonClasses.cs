using System.Text;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Globals;

/// <summary>Python's own classes of data, and the functions that old protocols make bytes and objects with.</summary>
internal static class PythonClasses
{
    private const string Builtins = "builtins";

    /// <summary>An entry of a dictionary takes several times the memory of an item of a list.</summary>
    private const long CostOfEntry = 8;

    public static IReadOnlyList<PickleGlobal> All { get; } =
    [
        new(Builtins, "set", call => List(call), IsClass: true),
        new(Builtins, "frozenset", call => List(call), IsClass: true),
        new(Builtins, "list", call => List(call), IsClass: true),
        new(Builtins, "dict", call => Dictionary(call, "dict", 0), IsClass: true),
        new(Builtins, "bytes", Bytes, IsClass: true),
        new(Builtins, "bytearray", Bytes, IsClass: true),
        new(Builtins, "object", call => throw call.Refused("is refused: it has no data"), IsClass: true),
        new(Builtins, "complex", call => new PickleObject("complex", call.Arguments), IsClass: true),
        new("collections", "OrderedDict", call => Dictionary(call, call.Target, 0), IsClass: true),
        new("collections", "Counter", call => Dictionary(call, call.Target, 0), IsClass: true),
        new("collections", "defaultdict", call => Dictionary(call, call.Target, 1), IsClass: true),
        new("_codecs", "encode", Encode),
        new("copyreg", "_reconstructor", Reconstruct),
    ];

    private static PickleList List(PickleCall call)
    {
        call.RequireCount(0, 1);
        var list = new PickleList(call.Target[(Builtins.Length + 1)..]);
        var items = call.Count == 0 ? [] : call.Arguments.Items[0] switch
        {
            PickleList given => given.Items,
            PickleTuple given => given.Items,
            _ => (IReadOnlyList<object?>)call.Get<PickleList>(0, "a list").Items,
        };
        call.Spend(items.Count);
        foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }

    /// <param name="call">The call.</param>
    /// <param name="className">The class.</param>
    /// <param name="skipped">How many arguments come before the entries: the class that makes missing values.</param>
    private static PickleDictionary Dictionary(PickleCall call, string className, int skipped)
    {
        call.RequireCount(0, skipped + 1);
        var dictionary = new PickleDictionary(className);
        if (call.Count <= skipped)
        {
            return dictionary;
        }

        var entries = call.Arguments.Items[skipped] switch
        {
            PickleList given => [.. given.Items.Select(pair => Pair(call, pair))],
            _ => call.Get<PickleDictionary>(skipped, "a dictionary").Entries,
        };
        call.Spend(entries.Count * CostOfEntry);
        foreach (var (key, value) in entries)
        {
            dictionary.Set(key, value);
        }

        return dictionary;
    }

    private static KeyValuePair<object?, object?> Pair(PickleCall call, object? pair)
    {
        var items = pair switch { PickleTuple tuple => tuple.Items, PickleList list => (IReadOnlyList<object?>)list.Items, _ => [] };
        return items.Count == 2 && PickleKey.IsPossible(items[0]) ? new(items[0], items[1]) : throw call.Wrong("needs pairs of a key and a value");
    }

    private static ByteRegion Bytes(PickleCall call) => (call.Count, call.Count > 0 ? call.Arguments.Items[0] : null) switch
    {
        (0, _) => new MemoryRegion(ReadOnlyMemory<byte>.Empty),
        (1, ByteRegion bytes) => bytes,
        (2, string text) => Encode(call, text, call.Text(1, "an encoding")),
        _ => throw call.Wrong("needs nothing, bytes, or a text and its encoding"),
    };

    private static MemoryRegion Encode(PickleCall call)
    {
        call.RequireCount(2, 2);
        return Encode(call, call.Text(0, "a text"), call.Text(1, "an encoding"));
    }

    /// <summary>Protocols 0 to 2 have no bytes: they come as texts whose characters are the bytes.</summary>
    private static MemoryRegion Encode(PickleCall call, string text, string encoding)
    {
        if (encoding is not ("latin1" or "latin-1"))
        {
            throw call.Refused($"is refused for the encoding '{PickleNames.Shown(encoding)}': bytes are stored as latin1");
        }

        call.Spend(text.Length);
        return text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff')
            ? throw call.Wrong("needs a text of characters up to 255, which stand for bytes")
            : new MemoryRegion(Encoding.Latin1.GetBytes(text));
    }

    private static object? Reconstruct(PickleCall call)
    {
        call.RequireCount(3, 3);
        var made = call.Get<PickleGlobal>(0, "a class");
        var isPlain = call.Arguments.Items[1] is PickleGlobal { Module: Builtins, Name: "object" } && call.Arguments.Items[2] is null;
        return made.IsClass && isPlain
            ? made.Call(new PickleCall(made.FullName, PickleTuple.Empty, call.Reader, call.Scope))
            : throw call.Refused($"is refused for {PickleNames.Describe(made)}: only plain objects of classes on the list are made");
    }
}
