using System.Buffers;
using System.IO.Compression;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>A PNG's rows: inflated, freed of their filters, and unpacked into a picture.</summary>
internal sealed unsafe class PngRows : IDisposable
{
    /// <summary>Deflate can't shrink data more than this: where a header claims more, the file is cut short and no memory need be taken.</summary>
    private const int MaxDeflateRatio = 1032;

    private readonly ZLibStream _inflated;
    private readonly PixelLayout _layout;
    private byte[] _row;
    private byte[] _previous;

    /// <param name="bytes">The file, pinned for as long as this is read.</param>
    /// <param name="fileLength">Its length.</param>
    /// <param name="png">What it says of its pixels.</param>
    public PngRows(byte* bytes, int fileLength, PngChunks png)
    {
        var file = new ReadOnlySpan<byte>(bytes, fileLength);
        _layout = new PixelLayout(png.Depth, png.ColorType, png.BitsPerPixel);
        var (available, needed) = (0L, 0L);
        for (var at = png.DataStart; at < file.Length;)
        {
            available += PngChunks.NextData(file, ref at).Length;
        }

        var longest = 0L;
        foreach (var pass in PngPass.Of(png))
        {
            longest = Math.Max(longest, pass.RowBytes(png.BitsPerPixel));
            needed += pass.Height * (1 + pass.RowBytes(png.BitsPerPixel));
        }

        if (needed > (available + 1) * MaxDeflateRatio)
        {
            throw CutShort();
        }

        _inflated = new ZLibStream(new PngDataStream(bytes, fileLength, png.DataStart), CompressionMode.Decompress);
        _row = ArrayPool<byte>.Shared.Rent((int)longest + 1);
        _previous = ArrayPool<byte>.Shared.Rent((int)longest + 1);
    }

    /// <summary>Reads the rows of the next pass into their places.</summary>
    public void Read(PngPass pass, DecodedImage image)
    {
        var rowBytes = (int)pass.RowBytes(_layout.BitsPerPixel);
        _previous.AsSpan(0, rowBytes + 1).Clear();
        var scattered = pass.StepX > 1 ? ArrayPool<byte>.Shared.Rent(pass.Width * image.BytesPerPixel) : null;
        for (var y = 0; y < pass.Height; y++)
        {
            var row = _row.AsSpan(0, rowBytes + 1);
            Inflate(row);
            PngFilter.Undo(row, _previous, (_layout.BitsPerPixel + 7) / 8);
            var target = image.Pixels.Slice((pass.Top + (y * pass.StepY)) * image.Stride, image.Stride);
            if (scattered is null)
            {
                _layout.Unpack(row[1..], target, pass.Width);
            }
            else
            {
                var pixels = scattered.AsSpan(0, pass.Width * image.BytesPerPixel);
                _layout.Unpack(row[1..], pixels, pass.Width);
                Scatter(pixels, target, pass, image.BytesPerPixel);
            }

            (_row, _previous) = (_previous, _row);
        }

        if (scattered is not null)
        {
            ArrayPool<byte>.Shared.Return(scattered);
        }
    }

    public void Dispose()
    {
        _inflated.Dispose();
        ArrayPool<byte>.Shared.Return(_row);
        ArrayPool<byte>.Shared.Return(_previous);
    }

    private void Inflate(Span<byte> row)
    {
        try
        {
            if (_inflated.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
            {
                throw CutShort();
            }
        }
        catch (InvalidDataException e)
        {
            throw new ImageDecodingException("The PNG file is damaged or cut short: its pixels can't be decompressed.", e);
        }
    }

    private static void Scatter(ReadOnlySpan<byte> pixels, Span<byte> target, PngPass pass, int size)
    {
        for (var x = 0; x < pass.Width; x++)
        {
            pixels.Slice(x * size, size).CopyTo(target[((pass.Left + (x * pass.StepX)) * size)..]);
        }
    }

    private static ImageDecodingException CutShort() => new("The PNG file is cut short: not all of its pixels are there.");
}
