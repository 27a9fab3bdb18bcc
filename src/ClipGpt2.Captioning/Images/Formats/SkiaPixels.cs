using SkiaSharp;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>Decoding through Skia's codecs, straight into a picture's memory, without any colour management.</summary>
/// <param name="format">The format's name, for messages.</param>
/// <param name="keptBytes">How many bytes of each sample the codec keeps where a picture is coded in several passes.</param>
internal sealed unsafe class SkiaPixels(string format, int keptBytes) : IPixelCodec
{
    /// <inheritdoc/>
    public int WorkingBytes(int components, bool inOnePass) => inOnePass ? 0 : components * keptBytes;

    /// <summary>Decodes the first frame as 8-bit grey or as RGBA, depending on the header's mode.</summary>
    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        try
        {
            fixed (byte* bytes = file)
            {
                return Decode((nint)bytes, file.Length, header);
            }
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            throw new ImageDecodingException(
                $"The {format} file needs SkiaSharp's native library, which can't be loaded: add its package for this system, of SkiaSharp's version, to the application "
                + "('dotnet add package SkiaSharp.NativeAssets.Linux.NoDependencies' on Linux), or decode without it: UseImageSharp() of the package ClipGpt2.Captioning.ImageSharp.",
                e);
        }
    }

    private DecodedImage Decode(nint bytes, int length, ImageHeader header)
    {
        // Neither the data nor the stream copies: the bytes are pinned for as long as both live.
        using var data = SKData.Create(bytes, length);
        using var codec = SKCodec.Create(data) ?? throw new ImageDecodingException($"The {format} file is damaged: its header can't be read.");
        var info = codec.Info;
        if (info.Width != header.Width || info.Height != header.Height)
        {
            throw new ImageDecodingException($"The {format} file is damaged: it claims both {header.Width} x {header.Height} and {info.Width} x {info.Height} pixels.");
        }

        var grey = header.Mode == PixelMode.Grey;
        var alpha = info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        // No colour space: Skia then leaves ICC profiles and gamma alone, as Pillow does.
        var wanted = new SKImageInfo(info.Width, info.Height, grey ? SKColorType.Gray8 : SKColorType.Rgba8888, alpha, null);
        var image = new DecodedImage(info.Width, info.Height, header.Mode) { Orientation = header.Orientation };
        fixed (byte* pixels = image.Pixels)
        {
            var result = codec.GetPixels(wanted, (nint)pixels);
            if (result == SKCodecResult.Success)
            {
                return image;
            }

            image.Dispose();
            throw new ImageDecodingException(result == SKCodecResult.IncompleteInput
                ? $"The {format} file is cut short: not all of its pixels are there."
                : $"The {format} file is damaged or of a form that isn't read ({result}).");
        }
    }
}
