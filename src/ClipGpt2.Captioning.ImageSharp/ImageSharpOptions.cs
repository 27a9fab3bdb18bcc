namespace ClipGpt2.Captioning.ImageSharp;

/// <summary>Which codecs <see cref="ImageSharpDecoder"/> uses.</summary>
public sealed class ImageSharpOptions
{
    /// <summary>What decodes JPEGs of one or three components; those of four are always decoded by the library's own decoder.</summary>
    /// <value>The default is <see cref="JpegCodec.Managed"/>, which gives Pillow's pixels.</value>
    public JpegCodec JpegCodec { get; set; } = JpegCodec.Managed;

    internal void Validate()
    {
        if (!Enum.IsDefined(JpegCodec))
        {
            throw new CaptioningException($"{nameof(ImageSharpOptions)}: {nameof(JpegCodec)} is {(int)JpegCodec}; give a named value.");
        }
    }
}

/// <summary>A JPEG decoder in managed code.</summary>
public enum JpegCodec
{
    /// <summary>The library's own: sequential and progressive, Pillow's pixels exactly.</summary>
    Managed,

    /// <summary>SixLabors.ImageSharp's: its pixels are some levels away from Pillow's.</summary>
    ImageSharp,
}
