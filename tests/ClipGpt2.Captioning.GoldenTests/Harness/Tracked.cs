using System.Text.Json;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>
/// A JSON value that notes which of its leaves a test has read, so that an unread one fails the test, and that can give one leaf a wrong value,
/// so that a test that doesn't compare what it reads is found.
/// </summary>
public sealed class Tracked
{
    private readonly JsonElement _json;
    private readonly string _path;
    private readonly Reads _reads;

    public Tracked(JsonElement json, Reads reads, string path = "")
    {
        _json = json;
        _reads = reads;
        _path = path;
    }

    public string Path => _path;

    /// <summary>The last part of the path.</summary>
    public string Name => _path[(_path.LastIndexOf('.') + 1)..];

    public bool IsNull => _json.ValueKind == JsonValueKind.Null && _reads.Note(_path, compared: false);

    public JsonValueKind Kind => _json.ValueKind;

    /// <summary>A member that must be there.</summary>
    public Tracked this[string name] => Find(name) ?? throw new XunitException($"{_path} has no '{name}'.");

    /// <summary>A member that may be absent. (A JSON null is there.)</summary>
    public Tracked? Find(string name) =>
        _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var value) ? new Tracked(value, _reads, $"{_path}.{name}") : null;

    public IEnumerable<string> Names => _json.EnumerateObject().Select(p => p.Name);

    /// <summary>The elements of an array; an empty one counts as read, since its count is what there is to look at.</summary>
    public IReadOnlyList<Tracked> Items()
    {
        if (_json.GetArrayLength() == 0)
        {
            _reads.Note(_path, compared: false);
        }

        return [.. _json.EnumerateArray().Select((item, i) => new Tracked(item, _reads, $"{_path}[{i}]"))];
    }

    public long Integer() => Integer(v => v);

    /// <summary>An integer of which several values mean the same: what it means.</summary>
    public long Integer(Func<long, long> meaning) => Leaf(meaning(_json.GetInt64()), v => v + 1);

    public long? IntegerOrNull() => IsNull ? null : Integer();

    /// <summary>A place in a list: a wrong one must lead to something else, so that a caller who reads what is there must notice it.</summary>
    /// <param name="other">A place with other content than the given one's; null where there is none, so that this value can't be tested.</param>
    public int Index(Func<int, int?> other)
    {
        var value = _json.GetInt32();
        return other(value) is { } wrong ? Leaf(value, _ => wrong) : Untested(value);
    }

    /// <summary>Several places as one leaf; the same goes for the first of them.</summary>
    public int[] Indices(Func<int, int?> other)
    {
        int[] value = [.. _json.EnumerateArray().Select(v => v.GetInt32())];
        return value.Length > 0 && other(value[0]) is { } wrong ? Leaf(value, v => [wrong, .. v[1..]]) : Untested(value);
    }

    public double Number() => _json.ValueKind == JsonValueKind.String
        ? Leaf(_json.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" or "inf" => double.PositiveInfinity,
            "-Infinity" or "-inf" => double.NegativeInfinity,
            var text => throw new XunitException($"{_path} is '{text}', not a number."),
        }, _ => 0.5)
        : Leaf(_json.GetDouble(), v => v + 1 + Math.Abs(v));

    public double? NumberOrNull() => IsNull ? null : Number();

    public string Text() => Text(v => v);

    /// <summary>A text of which several mean the same: what it means.</summary>
    public string Text(Func<string, string> meaning) => Leaf(meaning(_json.GetString()!), v => v + "?");

    public bool Flag() => Leaf(_json.GetBoolean(), v => !v);

    /// <summary>An array of integers as one leaf.</summary>
    public int[] Integers() => Leaf(_json.EnumerateArray().Select(v => v.GetInt32()).ToArray(), v => v.Length == 0 ? [1] : [v[0] + 1, .. v[1..]]);

    /// <summary>An array of numbers as one leaf.</summary>
    public double[] Numbers() => Leaf(_json.EnumerateArray().Select(v => v.GetDouble()).ToArray(), v => v.Length == 0 ? [1] : [v[0] + 1 + Math.Abs(v[0]), .. v[1..]]);

    /// <summary>An array of texts as one leaf.</summary>
    public string[] Texts() => Leaf(_json.EnumerateArray().Select(v => v.GetString()!).ToArray(), v => v.Length == 0 ? ["?"] : [v[0] + "?", .. v[1..]]);

    /// <summary>The tensor that this leaf names.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="counts">Which of its elements the caller compares; null for all.</param>
    public GoldenTensor Tensor(GoldenTensorFile file, Func<int, bool>? counts = null) => Leaf(file[_json.GetString()!], v => v.Perturbed(counts));

    /// <summary>The tensor that this leaf names in words of its own.</summary>
    public GoldenTensor Named(GoldenTensor tensor) => Leaf(tensor, v => v.Perturbed());

    /// <summary>Marks the value and all below it as known to be there for readers, not to be compared.</summary>
    public void Informational()
    {
        foreach (var leaf in LeavesOf(_json, _path))
        {
            _reads.Note(leaf, compared: false);
        }
    }

    /// <summary>The paths of all leaves: numbers, texts, flags, nulls and empty lists.</summary>
    public IEnumerable<string> Leaves() => LeavesOf(_json, _path);

    public JsonElement Raw => _json;

    private T Untested<T>(T value)
    {
        _reads.Note(_path, compared: false);
        return value;
    }

    private T Leaf<T>(T value, Func<T, T> wrong)
    {
        _reads.Note(_path, compared: true);
        return _reads.Perturbed == _path ? wrong(value) : value;
    }

    private static IEnumerable<string> LeavesOf(JsonElement json, string path) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(p => LeavesOf(p.Value, $"{path}.{p.Name}")),
        JsonValueKind.Array when json.GetArrayLength() > 0 => json.EnumerateArray().SelectMany((item, i) => LeavesOf(item, $"{path}[{i}]")),
        _ => [path],
    };
}
