namespace ClipGpt2.Captioning.Images;

/// <summary>How a picture stores its pixels; Pillow's modes.</summary>
public enum PixelMode
{
    /// <summary>Pillow's <c>1</c>: black and white. One byte a pixel, 0 or 255.</summary>
    Bilevel,

    /// <summary>Pillow's <c>L</c>: 8-bit grey. One byte a pixel.</summary>
    Grey,

    /// <summary>Pillow's <c>I;16</c>: 16-bit grey. Two bytes a pixel, the low one first.</summary>
    Grey16,

    /// <summary>Pillow's <c>LA</c>: grey with transparency. Four bytes a pixel: the grey three times, then alpha.</summary>
    GreyAlpha,

    /// <summary>Pillow's <c>P</c>: an index into a palette. One byte a pixel.</summary>
    Palette,

    /// <summary>Pillow's <c>RGB</c>. Four bytes a pixel; the fourth means nothing.</summary>
    Rgb,

    /// <summary>Pillow's <c>RGBA</c>, colours not multiplied by alpha. Four bytes a pixel.</summary>
    Rgba,

    /// <summary>Pillow's <c>CMYK</c>, 255 for full ink. Four bytes a pixel.</summary>
    Cmyk,
}

internal static class PixelModes
{
    public static int BytesPerPixel(this PixelMode mode) => mode switch
    {
        PixelMode.Bilevel or PixelMode.Grey or PixelMode.Palette => 1,
        PixelMode.Grey16 => 2,
        _ => 4,
    };

    public static string PillowName(this PixelMode mode) => mode switch
    {
        PixelMode.Bilevel => "1",
        PixelMode.Grey => "L",
        PixelMode.Grey16 => "I;16",
        PixelMode.GreyAlpha => "LA",
        PixelMode.Palette => "P",
        PixelMode.Rgb => "RGB",
        PixelMode.Rgba => "RGBA",
        PixelMode.Cmyk => "CMYK",
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, null),
    };
}
