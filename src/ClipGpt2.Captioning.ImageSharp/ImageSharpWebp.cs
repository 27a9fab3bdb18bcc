using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;
using SixLabors.ImageSharp.Formats.Webp;

namespace ClipGpt2.Captioning.ImageSharp;

/// <summary>WebP by ImageSharp's codec, which sees one frame and its transparency, without colour profile and metadata.</summary>
internal sealed class ImageSharpWebp : IPixelCodec
{
    private static readonly WebpDecoder Decoder = new() { IgnoreMetadata = true };

    /// <inheritdoc/>
    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        var frame = WebpFrame.First(file, header);
        var decoded = ImageSharpPixels.Decode(Decoder, "WEBP", frame.ToFile(file), header with { Width = frame.Width, Height = frame.Height });
        if (frame.Covers(header))
        {
            return decoded;
        }

        using (decoded)
        {
            return frame.Place(decoded, header);
        }
    }

    /// <summary>Its picture of four bytes a pixel, and its planes or, for a lossless one, its channels.</summary>
    public int WorkingBytes(int components, bool inOnePass) => 2 * components;
}
