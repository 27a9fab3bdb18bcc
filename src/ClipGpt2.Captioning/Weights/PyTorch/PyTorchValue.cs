using System.Numerics;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights.PyTorch.Globals;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch;

/// <summary>A value of a PyTorch file as plain data, whose errors name the file and the path of the value.</summary>
/// <remarks>Values may hold themselves (Python allows it), so whoever walks over one counts the levels. Safe from any number of threads, as long as the file is open.</remarks>
public sealed class PyTorchValue
{
    private readonly object? _value;
    private readonly string _at;

    internal PyTorchValue(string file, object? value, string at = "$") => (File, _value, _at) = (file, value, at);

    /// <summary>The file that the value is from.</summary>
    public string File { get; }

    /// <summary>What it is.</summary>
    public PyTorchValueKind Kind => _value switch
    {
        null => PyTorchValueKind.None,
        bool => PyTorchValueKind.Flag,
        long or BigInteger => PyTorchValueKind.Integer,
        double => PyTorchValueKind.Number,
        string or PickleConstant => PyTorchValueKind.Text,
        ByteRegion => PyTorchValueKind.Bytes,
        PickleList or PickleTuple => PyTorchValueKind.List,
        PickleDictionary => PyTorchValueKind.Dictionary,
        PickleObject => PyTorchValueKind.Object,
        StoredTensor or NumpyArray { Elements: not null } => PyTorchValueKind.Tensor,
        _ => PyTorchValueKind.Other,
    };

    /// <summary>The class by module and name, where it isn't one of Python's numbers, texts or bytes: <c>tuple</c>, <c>collections.OrderedDict</c>, <c>argparse.Namespace</c>, ...</summary>
    public string? ClassName => _value switch
    {
        PickleConstant constant => constant.ClassName,
        PickleList list => list.ClassName,
        PickleTuple tuple => tuple.ClassName,
        PickleDictionary dictionary => dictionary.ClassName,
        PickleObject instance => instance.ClassName,
        _ => null,
    };

    /// <summary>The keys of a dictionary that are texts, or the names of an object's fields, in their order; of other values none.</summary>
    public IEnumerable<string> Names => Members.Select(entry => entry.Key).OfType<string>();

    /// <summary>The entries of a dictionary or the fields of an object, in their order; of other values none.</summary>
    public IEnumerable<KeyValuePair<PyTorchValue, PyTorchValue>> Entries =>
        Members.Select(entry => KeyValuePair.Create(new PyTorchValue(File, entry.Key, _at), Below(entry.Value, $".{entry.Key}")));

    /// <summary>The elements of a list, tuple or set, or what an object was made of; of other values none.</summary>
    public IReadOnlyList<PyTorchValue> Items => [.. (_value switch
    {
        PickleList list => list.Items,
        PickleTuple tuple => tuple.Items,
        PickleObject instance => (IReadOnlyList<object?>)instance.Arguments.Items,
        _ => [],
    }).Select((item, i) => Below(item, $"[{i}]"))];

    /// <summary>The value itself, for this library's parts that walk over it.</summary>
    internal object? Raw => _value;

    private IReadOnlyList<KeyValuePair<object?, object?>> Members => _value switch
    {
        PickleDictionary dictionary => dictionary.Entries,
        PickleObject instance => instance.Fields.Entries,
        _ => [],
    };

    /// <summary>A dictionary's value or an object's field that must be there.</summary>
    /// <param name="name">Its key or name.</param>
    /// <exception cref="CheckpointFormatException">There is none.</exception>
    public PyTorchValue this[string name] => Find(name) ?? throw Error($"has no '{name}'");

    /// <summary>A dictionary's value or an object's field that may be absent.</summary>
    /// <param name="name">Its key or name; of objects also a name of their stored state, such as <c>__pydantic_fields_set__</c>.</param>
    /// <returns>The value, or null.</returns>
    public PyTorchValue? Find(string name) => _value switch
    {
        PickleDictionary dictionary when dictionary.Find(name, out var value) => Below(value, $".{name}"),
        PickleObject instance when instance.Fields.Find(name, out var value) || instance.State.Find(name, out value) => Below(value, $".{name}"),
        _ => null,
    };

    /// <summary>The value as true or false.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="CheckpointFormatException">It is neither.</exception>
    public bool AsFlag() => _value is bool flag ? flag : throw Wrong("true or false");

    /// <summary>The value as an integer.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="CheckpointFormatException">It isn't an integer of 64 bits.</exception>
    public long AsInteger() => _value is long number ? number : throw Wrong("an integer of 64 bits");

    /// <summary>The value as an integer of any size.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="CheckpointFormatException">It isn't an integer.</exception>
    internal BigInteger AsBigInteger() => _value switch { long number => number, BigInteger number => number, _ => throw Wrong("an integer") };

    /// <summary>The value as a number; an integer is one too.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="CheckpointFormatException">It isn't a number.</exception>
    public double AsNumber() => _value switch { double number => number, long number => number, BigInteger number => (double)number, _ => throw Wrong("a number") };

    /// <summary>The value as a text; of a path, device, data type or enumeration's member its text.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="CheckpointFormatException">It has no text.</exception>
    public string AsText() => _value switch { string text => text, PickleConstant constant => constant.Text, _ => throw Wrong("a text") };

    /// <summary>The value as bytes.</summary>
    /// <returns>A copy.</returns>
    /// <exception cref="CheckpointFormatException">It isn't bytes, or more than 2 GB.</exception>
    public byte[] AsBytes() => _value is ByteRegion { Length: <= int.MaxValue } bytes ? bytes.ToArray() : throw Wrong("bytes, up to 2 GB");

    /// <summary>The value as a tensor.</summary>
    /// <returns>A new contiguous CPU tensor of the stored shape and data type, the caller's own.</returns>
    /// <exception cref="CheckpointFormatException">It isn't a tensor, or its data type has no equal in libtorch.</exception>
    public torch.Tensor AsTensor()
    {
        var tensor = _value as StoredTensor ?? (_value as NumpyArray)?.Elements ?? throw Wrong("a tensor");
        TorchRuntime.Load();
        return tensor.Read(File, _at);
    }

    /// <summary>An error about this value, in the words of all others.</summary>
    /// <param name="problem">What is wrong with it and what would be right.</param>
    /// <returns>The exception, to throw.</returns>
    public CheckpointFormatException Error(string problem) => new($"'{File}': {_at} {problem}.");

    private PyTorchValue Below(object? value, string step) => new(File, value, _at + step);

    private CheckpointFormatException Wrong(string expected) => Error($"must be {expected}, and is {PickleNames.Describe(_value)}");
}
