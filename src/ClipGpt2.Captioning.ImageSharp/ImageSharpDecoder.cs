using ClipGpt2.Captioning.Images;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Metadata.Profiles.Exif;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace ClipGpt2.Captioning.ImageSharp;

/// <summary>Decodes pictures with SixLabors.ImageSharp: managed code only, for hosts that can't carry Skia's native library.</summary>
/// <remarks>
/// All pictures come in <see cref="PixelMode.Rgb"/>, or in <see cref="PixelMode.Rgba"/> where a pixel is transparent; the stored mode of palettes,
/// CMYK and 16-bit grey is lost, and JPEG pixels may be a few levels away from Pillow's. Keeps no state: any number of threads may share one.
/// </remarks>
public sealed class ImageSharpDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public DecodedImage Decode(Stream encoded, ImageDecodingOptions options)
    {
        var name = (encoded as FileStream)?.Name;
        try
        {
            using var file = ReadAll(encoded, options.MaxFileBytes);
            var header = Image.Identify(file) ?? throw new ImageDecodingException("The file is no picture of a known format.");
            if ((long)header.Width * header.Height > options.MaxPixels)
            {
                throw new ImageDecodingException($"It has {header.Width} x {header.Height} pixels, more than the limit of {options.MaxPixels}.");
            }

            file.Position = 0;
            using var image = Image.Load<Rgba32>(file);
            return Convert(image, options);
        }
        catch (Exception e) when (e is ImageDecodingException or ImageFormatException or ImageProcessingException or NotSupportedException or IOException)
        {
            throw new ImageDecodingException($"The picture {(name is null ? string.Empty : $"'{name}' ")}can't be decoded. {e.Message}", e) { FileName = name };
        }
    }

    private static DecodedImage Convert(Image<Rgba32> image, ImageDecodingOptions options)
    {
        var viewer = options.Fidelity == ImageFidelity.Viewer;
        var orientation = Math.Clamp((int)(image.Metadata.ExifProfile?.GetValue(ExifTag.Orientation)?.Value ?? 1), 1, 8);
        if (options.ApplyOrientation ?? viewer)
        {
            image.Mutate(picture => picture.AutoOrient());
            orientation = 1;
        }

        if (options.AlphaBackground ?? (viewer ? RgbColor.White : null) is { } background)
        {
            image.Mutate(picture => picture.BackgroundColor(Color.FromRgb(background.R, background.G, background.B)));
        }

        var pixels = new byte[4 * image.Width * image.Height];
        image.CopyPixelDataTo(pixels);
        var opaque = Enumerable.Range(0, pixels.Length / 4).All(i => pixels[(4 * i) + 3] == 255);
        var result = new DecodedImage(image.Width, image.Height, opaque ? PixelMode.Rgb : PixelMode.Rgba) { Orientation = orientation };
        pixels.CopyTo(result.Pixels);
        return result;
    }

    private static MemoryStream ReadAll(Stream encoded, long limit)
    {
        var file = new MemoryStream();
        var buffer = new byte[81920];
        for (int read; (read = encoded.Read(buffer)) > 0;)
        {
            file.Write(buffer.AsSpan(0, read));
            if (file.Length > limit)
            {
                throw new ImageDecodingException($"The file is longer than the limit of {limit} bytes.");
            }
        }

        file.Position = 0;
        return file;
    }
}
