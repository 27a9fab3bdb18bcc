using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;
using ClipGpt2.Captioning.Images.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Jpeg;

namespace ClipGpt2.Captioning.ImageSharp;

/// <summary>JPEGs of one or three components by ImageSharp's codec.</summary>
internal sealed class ImageSharpJpeg : IPixelCodec
{
    private static readonly JpegDecoder Decoder = new() { IgnoreMetadata = true };

    /// <inheritdoc/>
    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header) => JpegMarkers.CheckToEnd(file)
        ? ImageSharpPixels.Decode(Decoder, "JPEG", file.ToArray(), header)
        : throw new ImageDecodingException("The JPEG file is cut short: its end marker is missing, and ImageSharp can't tell whether pixels are.");

    /// <summary>The file's copy is small beside the coefficients, which are all kept, and its picture of four bytes a pixel.</summary>
    public int WorkingBytes(int components, bool inOnePass) => sizeof(uint) + (inOnePass ? 0 : components * sizeof(short));
}
