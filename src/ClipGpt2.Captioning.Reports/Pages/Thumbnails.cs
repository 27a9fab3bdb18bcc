using ClipGpt2.Captioning.Images;
using SkiaSharp;

namespace ClipGpt2.Captioning.Reports.Pages;

/// <summary>Small copies of pictures, to be carried inside a page. Each picture is read once.</summary>
internal sealed class Thumbnails
{
    private const int Side = 240;
    private const int Quality = 80;

    private static readonly ImageDecodingOptions AsSeen = new() { Fidelity = ImageFidelity.Viewer };

    private readonly Dictionary<string, string?> _pictures = [];

    /// <summary>The picture as a <c>data:</c> address; null where there is none that can be read.</summary>
    public string? Of(string? path)
    {
        if (path is null)
        {
            return null;
        }

        if (!_pictures.TryGetValue(path, out var address))
        {
            _pictures[path] = address = File.Exists(path) ? Read(path) : null;
        }

        return address;
    }

    private static string? Read(string path)
    {
        try
        {
            using var decoded = new SkiaImageDecoder().Decode(path, AsSeen);
            using var small = Shrink(decoded.ToRgb());
            using var jpeg = small.Encode(SKEncodedImageFormat.Jpeg, Quality);
            return $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg.AsSpan())}";
        }
        catch (ImageDecodingException)
        {
            // The run itself says what it thinks of a broken picture.
            return null;
        }
    }

    /// <summary>At most so large that its longer side is <see cref="Side"/>.</summary>
    private static SKBitmap Shrink(RgbImage image)
    {
        using var full = ToBitmap(image);
        var scale = Math.Min(1, (double)Side / Math.Max(image.Width, image.Height));
        var size = new SKImageInfo(Math.Max(1, (int)(image.Width * scale)), Math.Max(1, (int)(image.Height * scale)), SKColorType.Rgba8888, SKAlphaType.Opaque);
        return full.Resize(size, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
    }

    private static SKBitmap ToBitmap(RgbImage image)
    {
        var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var source = image.Pixels.Span;
        var target = bitmap.GetPixelSpan();
        for (var (from, to) = (0, 0); from < source.Length; (from, to) = (from + 3, to + 4))
        {
            source.Slice(from, 3).CopyTo(target[to..]);
            target[to + 3] = byte.MaxValue;
        }

        return bitmap;
    }
}
