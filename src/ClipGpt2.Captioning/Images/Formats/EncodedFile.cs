namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>A file's bytes, read once into rented memory, or lent by a stream that has them in memory already.</summary>
internal readonly struct EncodedFile : IDisposable
{
    private const int FirstSize = 1 << 16;

    private readonly byte[]? _rented;
    private readonly ArraySegment<byte> _bytes;

    private EncodedFile(byte[]? rented, ArraySegment<byte> bytes) => (_rented, _bytes) = (rented, bytes);

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Reads a stream from its position to its end, unless that is more than the limit.</summary>
    public static EncodedFile Read(Stream stream, long limit)
    {
        var known = stream.CanSeek ? stream.Length - stream.Position : (long?)null;
        if (known > limit)
        {
            throw TooLong(limit);
        }

        if (stream is MemoryStream memory && memory.TryGetBuffer(out var buffer))
        {
            var lent = buffer[(int)Math.Min(memory.Position, buffer.Count)..];
            memory.Position = memory.Length;
            return new EncodedFile(null, lent);
        }

        // One byte more than a file has lets the read that finds its end happen without growing.
        var bytes = PictureBytes.Rent((int)Math.Min((known + 1) ?? FirstSize, Array.MaxLength));
        var length = 0;
        try
        {
            for (int read; (read = stream.Read(bytes, length, bytes.Length - length)) > 0;)
            {
                length += read;
                if (length > limit)
                {
                    throw TooLong(limit);
                }

                bytes = length == bytes.Length ? Grow(bytes) : bytes;
            }

            return new EncodedFile(bytes, new ArraySegment<byte>(bytes, 0, length));
        }
        catch
        {
            PictureBytes.Return(bytes);
            throw;
        }
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            PictureBytes.Return(_rented);
        }
    }

    private static byte[] Grow(byte[] bytes)
    {
        var larger = PictureBytes.Rent((int)Math.Min(2L * bytes.Length, Array.MaxLength));
        bytes.CopyTo(larger, 0);
        PictureBytes.Return(bytes);
        return larger;
    }

    internal static ImageDecodingException TooLong(long limit) => new(
        $"The file is longer than the limit of {limit} bytes; raise {nameof(ImageDecodingOptions)}.{nameof(ImageDecodingOptions.MaxFileBytes)} if it can be trusted.");
}
