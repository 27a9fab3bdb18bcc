using System.Buffers.Binary;

namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>The bits of one scan, without the zero bytes that are stuffed behind 0xFF.</summary>
/// <remarks>As in libjpeg, a marker inside a scan reads as zeros; the end of the file is an error as soon as its bits are missed.</remarks>
internal ref struct JpegBitReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private ulong _bits;
    private int _count;
    private int _padding;
    private bool _atMarker;

    /// <summary>How far the scan has been read; at a marker once all bits before it are taken.</summary>
    public int Position { get; private set; }

    /// <summary>Whether more bits were taken than stand before a marker: what follows in the scan, up to a restart, is missing.</summary>
    public bool IsExhausted { get; private set; }

    /// <summary>The next bits, at most 16, which stay where they are.</summary>
    public int Peek(int count)
    {
        if (_count < count)
        {
            Fill();
        }

        return (int)(_bits >> (_count - count)) & ((1 << count) - 1);
    }

    public void Skip(int count)
    {
        _count -= count;
        if (_count >= _padding)
        {
            return;
        }

        IsExhausted = _atMarker ? true : throw CutShort();
    }

    public int Read(int count)
    {
        var bits = Peek(count);
        Skip(count);
        return bits;
    }

    public int ReadBit() => Read(1);

    /// <summary>A number of <paramref name="size"/> bits whose lower half stands for negative ones (T.81, F.2.2.1: EXTEND).</summary>
    public int ReadSigned(int size)
    {
        if (size == 0)
        {
            return 0;
        }

        var bits = Read(size);
        return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
    }

    /// <summary>Goes on behind the next restart marker, if it comes before any other marker that there is.</summary>
    public void Restart()
    {
        (_bits, _count, _padding, _atMarker) = (0, 0, 0, false);
        for (var at = Position; at + 1 < _data.Length; at++)
        {
            if (_data[at] == 0xFF && _data[at + 1] is >= 0xC0 and < 0xFF and var marker)
            {
                if (marker is >= 0xD0 and <= 0xD7)
                {
                    (Position, IsExhausted) = (at + 2, false);
                }

                return;
            }
        }
    }

    /// <summary>Takes as many whole bytes as there is room for.</summary>
    private void Fill()
    {
        if (Position + sizeof(ulong) <= _data.Length && BinaryPrimitives.ReadUInt64BigEndian(_data[Position..]) is var next && !HasMark(next))
        {
            var bytes = (64 - _count) >> 3;
            _bits = bytes == sizeof(ulong) ? next : (_bits << (8 * bytes)) | (next >> (64 - (8 * bytes)));
            _count += 8 * bytes;
            Position += bytes;
            return;
        }

        while (_count <= 56)
        {
            FillByte();
        }
    }

    private void FillByte()
    {
        var next = Position < _data.Length ? _data[Position] : 0;
        if (Position >= _data.Length || (next == 0xFF && Position + 1 == _data.Length))
        {
            next = 0;
            _padding += 8;
        }
        else if (next == 0xFF && _data[Position + 1] != 0)
        {
            (next, _atMarker) = (0, true);
            _padding += 8;
        }
        else
        {
            Position += next == 0xFF ? 2 : 1;
        }

        _bits = (_bits << 8) | (uint)next;
        _count += 8;
    }

    /// <summary>Whether one of eight bytes is 0xFF: whether one of their complements is zero.</summary>
    private static bool HasMark(ulong bytes) => ((~bytes - 0x0101010101010101) & bytes & 0x8080808080808080) != 0;

    private static ImageDecodingException CutShort() => new("The JPEG file is cut short: not all of its pixels are there.");
}
