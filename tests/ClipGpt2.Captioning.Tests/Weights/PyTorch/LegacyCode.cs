using System.Text;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>Streams of <c>torch.save</c>'s older form, written by hand.</summary>
internal static class LegacyCode
{
    public const string Magic = "\u008a\u000a\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019.";
    public const string Version = "\u0080\u0002M\u00e9\u0003.";

    /// <summary>A stream of a value and the storages that it names, each as its key and bytes of float32 elements.</summary>
    public static byte[] Stream(string value, params IEnumerable<(string Key, byte[] Bytes)> storages) => Stream(value, isLittleEndian: true, storages);

    public static byte[] Stream(string value, bool isLittleEndian, params IEnumerable<(string Key, byte[] Bytes)> storages)
    {
        var all = storages.ToList();
        var system = PickleCode.Dictionary(("little_endian", isLittleEndian ? "\u0088" : "\u0089"));
        var keys = $"]({string.Concat(all.Select(storage => PickleCode.Unicode(storage.Key)))}e.";
        var data = all.Select(storage => PickleCode.Number((ulong)storage.Bytes.Length / sizeof(float), sizeof(ulong)) + Encoding.Latin1.GetString(storage.Bytes));
        return PickleCode.Bytes($"{Magic}{Version}{system}.{value}.{keys}{string.Concat(data)}");
    }

    /// <summary>A storage by the persistent id of this form, whose last part is a view.</summary>
    public static string Storage(string key, long count, string view = "N") => PickleCode.Tuple(
        PickleCode.Unicode("storage"), PickleCode.Global("torch", "FloatStorage"), PickleCode.Unicode(key), PickleCode.Unicode("cpu"), PickleCode.Int(count), view) + "Q";
}
