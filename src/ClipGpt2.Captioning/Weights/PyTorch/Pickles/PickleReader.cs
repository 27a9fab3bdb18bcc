using System.Buffers.Binary;
using System.Text;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>Reads the bytes of pickles one after another; nothing is read or allocated before it is known to be there.</summary>
/// <param name="region">The bytes; what follows the last pickle doesn't matter.</param>
/// <param name="file">The file, for messages.</param>
internal sealed class PickleReader(ByteRegion region, string file)
{
    /// <summary>No text or integer of a checkpoint is longer; weights are bytes.</summary>
    private const long LongestText = 1 << 30;

    /// <summary>Longer bytes stay in the file until somebody asks for them.</summary>
    private const int LongestCopy = 1 << 16;

    private const int BufferBytes = 1 << 14;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _buffer = new byte[(int)Math.Min(BufferBytes, region.Length)];
    private long _bufferBegin;
    private int _buffered;
    private string? _operation;
    private long _operationAt;

    public string File { get; } = file;

    /// <summary>How many bytes of the region have been read.</summary>
    public long Position { get; private set; }

    public long Left => region.Length - Position;

    /// <summary>Notes what the next bytes belong to, for messages.</summary>
    public void Begin(string operation) => (_operation, _operationAt) = (operation, Position - 1);

    public byte Byte() => Buffered(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Buffered(sizeof(ushort)));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Buffered(sizeof(int)));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Buffered(sizeof(uint)));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Buffered(sizeof(ulong)));

    /// <summary>The one number that pickles hold in big-endian order.</summary>
    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Buffered(sizeof(double)));

    /// <summary>Bytes of a claimed length, copied.</summary>
    public byte[] Bytes(ulong length)
    {
        var count = Claim(length, LongestText);
        if (count <= _buffer.Length)
        {
            return Buffered((int)count).ToArray();
        }

        var bytes = new byte[count];
        region.CopyTo(bytes, Position);
        Position += bytes.Length;
        return bytes;
    }

    /// <summary>Bytes of a claimed length, left where they are if they are many.</summary>
    public ByteRegion Region(ulong length)
    {
        if (length <= LongestCopy)
        {
            return new MemoryRegion(Bytes(length));
        }

        var part = region.Slice(Position, Claim(length, long.MaxValue));
        Position += part.Length;
        return part;
    }

    /// <summary>A text of a claimed length.</summary>
    public string Text(ulong length) => Decode(Bytes(length));

    /// <summary>The bytes up to a line's end, as the text protocol has its arguments.</summary>
    public byte[] Line()
    {
        var line = new List<byte>();
        for (var next = Byte(); next != '\n'; next = Byte())
        {
            line.Add(next);
            if (line.Count > LongestText)
            {
                throw Damaged($"claims a line of more than {LongestText} bytes");
            }
        }

        return [.. line];
    }

    public string TextLine() => Decode(Line());

    /// <summary>Checks that a frame's bytes are there; they are then read as any others.</summary>
    public void Frame() => Claim(UInt64(), long.MaxValue);

    /// <summary>A fault of the file, at the operation that is being read.</summary>
    public CheckpointFormatException Damaged(string problem, Exception? cause = null) => new($"{Where()} {problem}.", cause);

    /// <summary>Something that the file asks for and doesn't get.</summary>
    public UnsafeCheckpointException Unsafe(string problem) => new($"{Where()} {problem}.");

    private string Where() => _operation is null ? $"'{File}'" : $"'{File}': {NotAPickle()}{_operation} at byte {_operationAt}";

    /// <summary>A file that goes wrong at its very first byte, and doesn't begin as all but the oldest pickles do, is most likely something else.</summary>
    private string NotAPickle() => _operationAt == 0 && _operation != "PROTO" ? "it isn't a pickle, it seems: " : "";

    private long Claim(ulong length, long most) => length > (ulong)Math.Min(most, Left)
        ? throw Damaged($"claims {length} bytes, and {Left} are left: the file is cut short or damaged")
        : (long)length;

    private string Decode(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw Damaged("holds a text that isn't UTF-8", e);
        }
    }

    private ReadOnlySpan<byte> Buffered(int count)
    {
        if (count > Left)
        {
            throw new CheckpointFormatException($"'{File}' is cut short: the pickle in it ends at byte {region.Length} without its end mark. Fetch the file again.");
        }

        if (Position < _bufferBegin || Position + count > _bufferBegin + _buffered)
        {
            _bufferBegin = Position;
            _buffered = (int)Math.Min(_buffer.Length, Left);
            region.CopyTo(_buffer.AsSpan(0, _buffered), Position);
        }

        var at = (int)(Position - _bufferBegin);
        Position += count;
        return _buffer.AsSpan(at, count);
    }
}
