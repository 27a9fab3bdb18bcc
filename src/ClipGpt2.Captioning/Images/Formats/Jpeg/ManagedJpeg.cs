namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>Our own JPEG decoder, in managed code: for CMYK always, and for all JPEGs where no native library is wanted.</summary>
/// <remarks>Sequential and progressive Huffman coding of 8-bit samples; pixels are equal to libjpeg-turbo's bit for bit, as Pillow calls it.</remarks>
internal sealed class ManagedJpeg : IPixelCodec
{
    /// <inheritdoc/>
    public DecodedImage Decode(ReadOnlySpan<byte> file, ImageHeader header)
    {
        using var planes = JpegPlanes.Decode(file, header);
        var image = new DecodedImage(header.Width, header.Height, header.Mode) { Orientation = header.Orientation };
        var rows = new byte[planes.Components.Count][];
        for (var c = 0; c < rows.Length; c++)
        {
            rows[c] = new byte[planes.RowLength(c)];
        }

        var scratch = new ushort[planes.ScratchLength];
        var stride = image.Stride;
        for (var y = 0; y < header.Height; y++)
        {
            for (var c = 0; c < rows.Length; c++)
            {
                planes.ReadRow(c, y, scratch, rows[c]);
            }

            JpegColors.ToPixels(planes.Colors, rows, image.Pixels.Slice(y * stride, stride));
        }

        return image;
    }

    /// <summary>Samples as they are stored, and coefficients where several scans refine them; where chroma is halved it is less.</summary>
    public int WorkingBytes(int components, bool inOnePass) => components * (sizeof(byte) + (inOnePass ? 0 : sizeof(short)));
}
