using System.Buffers.Binary;
using System.Text;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>Pickles written by hand: pieces of instructions as texts, one character for each byte.</summary>
internal static class PickleCode
{
    public const string Protocol2 = "\u0080\u0002";
    public const string EmptyOrderedDictionary = "ccollections\nOrderedDict\n)R";

    public static byte[] Bytes(string code) => Encoding.Latin1.GetBytes(code);

    public static string Int(long value) => value is >= int.MinValue and <= int.MaxValue
        ? "J" + Number((ulong)value, sizeof(int))
        : "\u008a\u0008" + Number((ulong)value, sizeof(long));

    public static string Unicode(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return "X" + Number((ulong)utf8.Length, sizeof(int)) + Encoding.Latin1.GetString(utf8);
    }

    public static string Binary(ReadOnlySpan<byte> bytes) => "B" + Number((ulong)bytes.Length, sizeof(int)) + Encoding.Latin1.GetString(bytes);

    public static string Tuple(params IEnumerable<string> items) => $"({string.Concat(items)}t";

    public static string Integers(params IEnumerable<long> values) => Tuple(values.Select(Int));

    public static string Dictionary(params IEnumerable<(string Key, string Value)> entries) =>
        $"}}({string.Concat(entries.Select(entry => Unicode(entry.Key) + entry.Value))}u";

    public static string Global(string module, string name) => $"c{module}\n{name}\n";

    public static string Call(string module, string name, params IEnumerable<string> arguments) => Global(module, name) + Tuple(arguments) + "R";

    /// <summary>A storage by the persistent id of <c>torch.save</c>.</summary>
    public static string Storage(string type, string key, long count) =>
        Tuple(Unicode("storage"), Global("torch", type), Unicode(key), Unicode("cpu"), Int(count)) + "Q";

    public static string Tensor(string storage, long offset, IEnumerable<long> shape, IEnumerable<long> strides) =>
        Call("torch._utils", "_rebuild_tensor_v2", storage, Int(offset), Integers(shape), Integers(strides), "\u0089", EmptyOrderedDictionary);

    /// <summary>A number in little-endian order.</summary>
    public static string Number(ulong value, int bytes)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, value);
        return Encoding.Latin1.GetString(number[..bytes]);
    }
}
