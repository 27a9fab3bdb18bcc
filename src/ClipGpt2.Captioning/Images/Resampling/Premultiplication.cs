namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>Colours times alpha and back, around the filters, so that what is transparent doesn't bleed into what shows.</summary>
/// <remarks>Pillow's <c>RGBA</c> to <c>RGBa</c> and back, and the same for <c>LA</c>.</remarks>
internal static class Premultiplication
{
    public static DecodedImage Multiply(DecodedImage image)
    {
        var result = new DecodedImage(image.Width, image.Height, image.Mode);
        var from = image.Pixels;
        var to = result.Pixels;
        for (var i = 0; i < from.Length; i += 4)
        {
            var alpha = from[i + 3];
            to[i] = (byte)RgbConversion.MultiplyOver255(from[i], alpha);
            to[i + 1] = (byte)RgbConversion.MultiplyOver255(from[i + 1], alpha);
            to[i + 2] = (byte)RgbConversion.MultiplyOver255(from[i + 2], alpha);
            to[i + 3] = alpha;
        }

        return result;
    }

    /// <summary>Divides what a file has multiplied; under full transparency no colour is left. Pillow's unpacking of <c>RGBa</c>.</summary>
    public static void Undo(Span<byte> pixels)
    {
        DivideInPlace(pixels);
        for (var i = 0; i < pixels.Length; i += 4)
        {
            if (pixels[i + 3] == 0)
            {
                pixels.Slice(i, 4).Clear();
            }
        }
    }

    public static void DivideInPlace(Span<byte> pixels)
    {
        for (var i = 0; i < pixels.Length; i += 4)
        {
            var alpha = pixels[i + 3];
            if (alpha is 0 or 255)
            {
                continue;
            }

            pixels[i] = (byte)Math.Min(255 * pixels[i] / alpha, 255);
            pixels[i + 1] = (byte)Math.Min(255 * pixels[i + 1] / alpha, 255);
            pixels[i + 2] = (byte)Math.Min(255 * pixels[i + 2] / alpha, 255);
        }
    }
}
