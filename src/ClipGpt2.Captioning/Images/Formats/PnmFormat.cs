namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>Netpbm's binary pictures of 8 bits: PBM (<c>P4</c>), PGM (<c>P5</c>) and PPM (<c>P6</c>).</summary>
internal sealed class PnmFormat : IImageFormat
{
    private const int LongestNumber = 10;

    public string Name => "PPM";

    public bool Matches(ReadOnlySpan<byte> file) => file.Length > 2 && file[0] == 'P' && file[1] is >= (byte)'1' and <= (byte)'6' && IsSpace(file[2]);

    public ImageHeader ReadHeader(ReadOnlySpan<byte> file) => Read(file).Header;

    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var data = file[Read(file).DataStart..];
        var rowBytes = header.Mode switch
        {
            PixelMode.Bilevel => (header.Width + 7) / 8,
            PixelMode.Grey => header.Width,
            _ => 3L * header.Width,
        };
        data = data.Part(0, rowBytes * header.Height);
        var image = new DecodedImage(header.Width, header.Height, header.Mode);
        switch (header.Mode)
        {
            case PixelMode.Bilevel:
                UnpackBits(data, image, (int)rowBytes);
                break;
            case PixelMode.Grey:
                data.CopyTo(image.Pixels);
                break;
            default:
                RgbConversion.Unpack(data, image.Pixels);
                break;
        }

        return image;
    }

    /// <summary>In PBM a set bit is black.</summary>
    private static void UnpackBits(ReadOnlySpan<byte> data, DecodedImage image, int rowBytes)
    {
        for (var y = 0; y < image.Height; y++)
        {
            PixelLayout.UnpackBits(data.Slice(y * rowBytes, rowBytes), image.Pixels.Slice(y * image.Width, image.Width), image.Width, 1, 255);
        }

        foreach (ref var pixel in image.Pixels)
        {
            pixel = (byte)(255 - pixel);
        }
    }

    private static (ImageHeader Header, int DataStart) Read(ReadOnlySpan<byte> file)
    {
        var mode = (char)file.U8(1) switch
        {
            '4' => PixelMode.Bilevel,
            '5' => PixelMode.Grey,
            '6' => PixelMode.Rgb,
            var kind => throw new ImageDecodingException($"The picture is of Netpbm's kind P{kind}, in text; the binary kinds P4, P5 and P6 are read."),
        };
        var at = 2;
        var width = EncodedBytes.Side(Number(file, ref at), "width");
        var height = EncodedBytes.Side(Number(file, ref at), "height");
        if (mode != PixelMode.Bilevel && Number(file, ref at) is not 255 and var highest)
        {
            throw new ImageDecodingException($"The picture's highest value is {highest}; only 255 is read.");
        }

        // One white-space byte ends the header.
        return (new ImageHeader(width, height, mode), Math.Min(at, file.Length));
    }

    /// <summary>The next number, with the byte behind it; comments run from # to the end of the line.</summary>
    private static long Number(ReadOnlySpan<byte> file, ref int at)
    {
        var (number, digits) = (0L, 0);
        for (; ; at++)
        {
            var value = file.U8(at);
            if (value == '#')
            {
                while (file.U8(at) is not ((byte)'\n' or (byte)'\r'))
                {
                    at++;
                }
            }
            else if (IsSpace(value))
            {
                if (digits > 0)
                {
                    at++;
                    return number;
                }
            }
            else if (!char.IsAsciiDigit((char)value) || ++digits > LongestNumber)
            {
                throw new ImageDecodingException("The picture's header is damaged: a size isn't a number.");
            }
            else
            {
                number = (number * 10) + (value - '0');
            }
        }
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (>= 9 and <= 13);
}
