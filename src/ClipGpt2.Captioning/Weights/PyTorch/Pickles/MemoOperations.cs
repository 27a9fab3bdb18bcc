using System.Globalization;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>The instructions of the memo, and those that say how the pickle is written.</summary>
internal static class MemoOperations
{
    private const int LatestProtocol = 5;

    public static readonly IReadOnlyDictionary<byte, PickleOperation> All = new Dictionary<byte, PickleOperation>
    {
        [(byte)'p'] = new("PUT", m => m.Remember(TextIndex(m.Reader))),
        [(byte)'q'] = new("BINPUT", m => m.Remember(m.Reader.Byte())),
        [(byte)'r'] = new("LONG_BINPUT", m => m.Remember(m.Reader.UInt32())),
        [0x94] = new("MEMOIZE", m => m.Remember(m.MemoCount)),
        [(byte)'g'] = new("GET", m => m.Recall(TextIndex(m.Reader))),
        [(byte)'h'] = new("BINGET", m => m.Recall(m.Reader.Byte())),
        [(byte)'j'] = new("LONG_BINGET", m => m.Recall(m.Reader.UInt32())),
        [0x80] = new("PROTO", m => CheckProtocol(m.Reader)),
        [0x95] = new("FRAME", m => m.Reader.Frame()),
    };

    private static long TextIndex(PickleReader reader) =>
        reader.TextLine() is var text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? index
            : throw reader.Damaged($"needs a memo index from 0 to {long.MaxValue}, and has '{PickleNames.Shown(text)}'");

    private static void CheckProtocol(PickleReader reader)
    {
        var protocol = reader.Byte();
        if (protocol > LatestProtocol)
        {
            throw reader.Damaged($"asks for the unsupported protocol {protocol}; 0 to {LatestProtocol} are read");
        }
    }
}
