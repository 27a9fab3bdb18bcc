namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>WebP, decoded by a codec.</summary>
internal sealed class WebpFormat(IPixelCodec codec) : IImageFormat
{
    private const int ChunkHeader = 8;
    private const int RiffHeader = 8;
    private const int AlphaFlag = 0x10;

    /// <summary>Lossless pictures are coded with alpha, whether or not they have any.</summary>
    private const int Components = 4;

    public string Name => "WEBP";

    public bool Matches(ReadOnlySpan<byte> file) =>
        file.Length >= 16 && file.StartsWith("RIFF"u8) && file.Slice(8, 4).SequenceEqual("WEBP"u8) && file.Slice(12, 3).SequenceEqual("VP8"u8);

    public ImageHeader ReadHeader(ReadOnlySpan<byte> file)
    {
        var first = file.Slice(12, 4);
        var data = file[(12 + ChunkHeader)..];
        if (first.SequenceEqual("VP8X"u8))
        {
            return Header(1 + U24(data, 4), 1 + U24(data, 7), (data.U8(0) & AlphaFlag) != 0, Orientation(file));
        }

        if (first.SequenceEqual("VP8L"u8))
        {
            var bits = data.U32(1);
            var (width, height) = (1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF));
            return Header(width, height, ((bits >> 28) & 1) != 0, 1, inOnePass: false);
        }

        // A key frame's header: 3 bytes of frame tag, 3 of start code, then two sizes of 14 bits.
        return Header(data.U16(6) & 0x3FFF, data.U16(8) & 0x3FFF, alpha: false, 1);
    }

    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header) => file.U32(4) + (long)RiffHeader <= file.Length
        ? codec.Decode(file, header)
        : throw new ImageDecodingException($"The WEBP file is cut short: it claims {file.U32(4) + (long)RiffHeader} bytes and has {file.Length}.");

    private ImageHeader Header(long width, long height, bool alpha, int orientation, bool inOnePass = true) =>
        new(EncodedBytes.Side(width, "width"), EncodedBytes.Side(height, "height"), alpha ? PixelMode.Rgba : PixelMode.Rgb, orientation)
        {
            WorkingBytes = codec.WorkingBytes(Components, inOnePass) * width * height,
        };

    private static long U24(ReadOnlySpan<byte> data, int at) => data.U16(at) | (data.U8(at + 2) << 16);

    private static int Orientation(ReadOnlySpan<byte> file)
    {
        for (var at = 12L; at + ChunkHeader <= file.Length;)
        {
            var size = file.U32(at + 4);
            if (file.Part(at, 4).SequenceEqual("EXIF"u8) && at + ChunkHeader + size <= file.Length)
            {
                return ExifOrientation.Read(file.Part(at + ChunkHeader, size));
            }

            at += ChunkHeader + size + (size & 1);
        }

        return 1;
    }
}
