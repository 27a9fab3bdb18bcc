using System.Buffers.Binary;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;

namespace ClipGpt2.Captioning.ImageSharp;

/// <summary>The first frame of a WebP: where its coded pixels are in the file, and where they belong in the picture.</summary>
/// <remarks>The container of RFC 9649, 2.7: a still picture's chunks stand in the file, those of an animation's frame in an ANMF chunk.</remarks>
internal readonly record struct WebpFrame(int Left, int Top, int Width, int Height)
{
    private const int RiffHeader = 12;
    private const int ChunkHeader = 8;
    private const int FrameHeader = 16;
    private const int ExtendedHeader = 10;
    private const byte AlphaFlag = 0x10;

    /// <summary>The chunk of the coded pixels, its header included.</summary>
    private Range Pixels { get; init; }

    /// <summary>The chunk of a lossy frame's transparency; empty where it has none.</summary>
    private Range Alpha { get; init; }

    /// <exception cref="ImageDecodingException">There is no frame, or it doesn't lie in the picture.</exception>
    public static WebpFrame First(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var isAnimated = false;
        var frame = new WebpFrame(0, 0, header.Width, header.Height);
        for (var at = (long)RiffHeader; at + ChunkHeader <= file.Length;)
        {
            var (name, size) = (file.U32(at), ChunkHeader + (long)file.U32(at + 4));
            if (name == Name("ANMF"u8) && !isAnimated)
            {
                // Its own chunks follow the place of the frame.
                frame = Place(file.Part(at + ChunkHeader, FrameHeader), header);
                isAnimated = true;
                at += ChunkHeader + FrameHeader;
                continue;
            }

            if (name == Name("VP8 "u8) || name == Name("VP8L"u8))
            {
                return frame with { Pixels = Chunk(file, at, size) };
            }

            if (name == Name("ALPH"u8) && header.Mode == PixelMode.Rgba)
            {
                frame = frame with { Alpha = Chunk(file, at, size) };
            }

            at += size + (size & 1);
        }

        throw new ImageDecodingException("The WEBP file is damaged: it has no pixels.");
    }

    public bool Covers(ImageHeader header) => Width == header.Width && Height == header.Height;

    /// <summary>A file that holds this frame and nothing else.</summary>
    public byte[] ToFile(ReadOnlySpan<byte> file)
    {
        var alpha = file[Alpha];
        var pixels = file[Pixels];
        var extended = alpha.IsEmpty ? 0 : ChunkHeader + ExtendedHeader;
        var result = new byte[RiffHeader + extended + Even(alpha.Length) + Even(pixels.Length)];
        "RIFF"u8.CopyTo(result);
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(4), result.Length - ChunkHeader);
        "WEBP"u8.CopyTo(result.AsSpan(8));
        if (extended > 0)
        {
            WriteExtendedHeader(result.AsSpan(RiffHeader));
        }

        alpha.CopyTo(result.AsSpan(RiffHeader + extended));
        pixels.CopyTo(result.AsSpan(RiffHeader + extended + Even(alpha.Length)));
        return result;
    }

    /// <summary>Puts the decoded frame into a picture that is empty, and where it may be so transparent, elsewhere.</summary>
    public DecodedImage Place(DecodedImage frame, ImageHeader header)
    {
        var image = new DecodedImage(header.Width, header.Height, header.Mode) { Orientation = header.Orientation };
        image.Pixels.Clear();
        var (from, to) = (Width * sizeof(uint), header.Width * sizeof(uint));
        for (var y = 0; y < Height; y++)
        {
            frame.Pixels.Slice(y * from, from).CopyTo(image.Pixels[(((Top + y) * to) + (Left * sizeof(uint)))..]);
        }

        return image;
    }

    private static WebpFrame Place(ReadOnlySpan<byte> place, ImageHeader header)
    {
        var frame = new WebpFrame(2 * U24(place), 2 * U24(place[3..]), 1 + U24(place[6..]), 1 + U24(place[9..]));
        return frame.Left + frame.Width <= header.Width && frame.Top + frame.Height <= header.Height
            ? frame
            : throw new ImageDecodingException("The WEBP file is damaged: its first frame doesn't lie in the picture.");
    }

    private void WriteExtendedHeader(Span<byte> chunk)
    {
        "VP8X"u8.CopyTo(chunk);
        BinaryPrimitives.WriteInt32LittleEndian(chunk[4..], ExtendedHeader);
        chunk[ChunkHeader] = AlphaFlag;
        WriteU24(chunk[(ChunkHeader + 4)..], Width - 1);
        WriteU24(chunk[(ChunkHeader + 7)..], Height - 1);
    }

    /// <summary>A chunk's place, if all of it is there.</summary>
    private static Range Chunk(ReadOnlySpan<byte> file, long at, long size) => (int)at..(int)(at + file.Part(at, size).Length);

    private static uint Name(ReadOnlySpan<byte> letters) => BinaryPrimitives.ReadUInt32LittleEndian(letters);

    private static int U24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private static void WriteU24(Span<byte> bytes, int value) => (bytes[0], bytes[1], bytes[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));

    private static int Even(int length) => length + (length & 1);
}
