using ClipGpt2.Captioning.Images.Formats.Jpeg;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>JPEG, decoded by a codec; CMYK always by our own, since others turn it to RGB, so that the inks are lost.</summary>
/// <param name="codec">Decodes one or three components, as Pillow's libjpeg-turbo does with its accurate settings where it can.</param>
internal sealed class JpegFormat(IPixelCodec codec) : IImageFormat
{
    private static readonly ManagedJpeg Own = new();

    private const int StartOfScan = 0xDA;
    private const int EndOfImage = 0xD9;
    private const int App1 = 0xE1;

    /// <summary>Each 8 x 8 block takes at least a bit: where a header claims more, no memory need be taken.</summary>
    private const int MostPixelsPerByte = 512;

    public string Name => "JPEG";

    public bool Matches(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    public ImageHeader ReadHeader(ReadOnlySpan<byte> file)
    {
        ImageHeader? frame = null;
        var orientation = 1;
        for (var at = 2L; ;)
        {
            if (file.U8(at) != 0xFF || file.U8(at + 1) is 0x00 or 0xFF)
            {
                // Fill bytes, or bytes between segments that decoders skip.
                at++;
                continue;
            }

            var marker = file.U8(at + 1);
            at += 2;
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                continue;
            }

            if (marker is StartOfScan or EndOfImage)
            {
                return frame is { } header
                    ? header with { Orientation = orientation }
                    : throw new ImageDecodingException("The JPEG file is damaged: its pixels begin before it says how many there are.");
            }

            var segment = file.Part(at + 2, file.U16Big(at) - 2);
            if (IsFrame(marker))
            {
                frame = Frame(marker, segment);
            }
            else if (marker == App1 && segment.StartsWith("Exif\0\0"u8) && orientation == 1)
            {
                orientation = ExifOrientation.Read(segment);
            }

            at += 2 + segment.Length;
        }
    }

    /// <summary>Whether a marker begins a frame, of any kind.</summary>
    public static bool IsFrame(int marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        if ((long)header.Width * header.Height > (long)file.Length * MostPixelsPerByte)
        {
            throw new ImageDecodingException($"The JPEG file is cut short: {file.Length} bytes can't hold {header.Width} x {header.Height} pixels.");
        }

        JpegMarkers.CheckToEnd(file);
        return CodecOf(header.Mode).Decode(file, header);
    }

    private static ReadOnlySpan<byte> Signature => [0xFF, 0xD8, 0xFF];

    /// <summary>The kinds that no decoder of 8-bit pictures reads, by their names in ITU T.81; null for those that are read.</summary>
    private static string? UnreadKind(int marker) => marker switch
    {
        0xC3 or 0xCB => "lossless",
        0xC5 or 0xC6 or 0xCD or 0xCE => "hierarchical",
        0xC7 or 0xCF => "hierarchical lossless",
        _ => null,
    };

    private IPixelCodec CodecOf(PixelMode mode) => mode == PixelMode.Cmyk ? Own : codec;

    private ImageHeader Frame(int marker, ReadOnlySpan<byte> segment)
    {
        if (UnreadKind(marker) is { } kind)
        {
            throw new ImageDecodingException($"The file is a {kind} JPEG (SOF{marker - 0xC0}), a kind that isn't read; save it as baseline or progressive JPEG, or as PNG.");
        }

        if (segment.U8(0) != 8)
        {
            throw new ImageDecodingException($"The JPEG file has {segment.U8(0)} bits a sample; only 8 are read.");
        }

        var mode = segment.U8(5) switch
        {
            1 => PixelMode.Grey,
            3 => PixelMode.Rgb,
            4 => PixelMode.Cmyk,
            var count => throw new ImageDecodingException($"The JPEG file has {count} components; 1, 3 and 4 are read."),
        };
        var (width, height) = (EncodedBytes.Side(segment.U16Big(3), "width"), EncodedBytes.Side(segment.U16Big(1), "height"));
        var each = CodecOf(mode).WorkingBytes(segment.U8(5), inOnePass: marker is not (0xC2 or 0xCA));
        return new ImageHeader(width, height, mode) { WorkingBytes = (long)width * height * each };
    }
}
