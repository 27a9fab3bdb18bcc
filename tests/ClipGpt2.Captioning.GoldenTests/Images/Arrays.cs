using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>Between numpy's arrays [h, w, channels] and pictures.</summary>
internal static class Arrays
{
    private static readonly Dictionary<string, PixelMode> Modes = Enum.GetValues<PixelMode>().ToDictionary(mode => mode.PillowName(), StringComparer.Ordinal);

    /// <summary>The picture that <c>Image.fromarray</c> makes.</summary>
    public static DecodedImage ToImage(GoldenTensor array, string modeName)
    {
        var mode = Modes[modeName];
        var image = new DecodedImage((int)array.Shape[1], (int)array.Shape[0], mode);
        Spread(array.Data, image);
        return image;
    }

    /// <summary>The array that <c>numpy.asarray</c> makes.</summary>
    public static byte[] ToArray(DecodedImage image)
    {
        var kept = Kept(image.Mode);
        var pixels = image.Pixels;
        var array = new byte[image.Width * image.Height * kept.Length];
        for (var i = 0; i < array.Length; i++)
        {
            array[i] = pixels[(i / kept.Length * image.BytesPerPixel) + kept[i % kept.Length]];
        }

        return array;
    }

    private static void Spread(ReadOnlySpan<byte> data, DecodedImage image)
    {
        var channels = Kept(image.Mode).Length;
        var pixels = image.Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            var (pixel, at) = (i / image.BytesPerPixel, i % image.BytesPerPixel);
            var channel = image.Mode == PixelMode.GreyAlpha ? at / 3 : Math.Min(at, channels - 1);
            pixels[i] = data[(pixel * channels) + channel];
        }
    }

    /// <summary>Which bytes of a pixel numpy sees.</summary>
    private static int[] Kept(PixelMode mode) => mode switch
    {
        PixelMode.Rgb => [0, 1, 2],
        PixelMode.GreyAlpha => [0, 3],
        _ => [.. Enumerable.Range(0, mode.BytesPerPixel())],
    };
}
