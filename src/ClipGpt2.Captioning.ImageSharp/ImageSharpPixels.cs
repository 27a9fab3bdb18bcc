using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace ClipGpt2.Captioning.ImageSharp;

/// <summary>Calls one of ImageSharp's decoders on coded pixels: with a limit to its memory, on the caller's thread, and with one kind of error.</summary>
internal static class ImageSharpPixels
{
    /// <summary>More than either codec takes for each pixel of a picture of its header's size: the picture itself, its planes and its coefficients.</summary>
    private const int MostBytesPerPixel = 24;

    /// <summary>For tables and rows, and for the blocks that a small picture is filled up to.</summary>
    private const int BytesBeside = 8 << 20;

    /// <summary>Decodes a file into a picture of the header's mode, grey or four bytes a pixel.</summary>
    public static DecodedImage Decode(SixLabors.ImageSharp.Formats.IImageDecoder decoder, string format, byte[] file, ImageHeader header)
    {
        try
        {
            return header.Mode == PixelMode.Grey ? Decode<L8>(decoder, format, file, header) : Decode<Rgba32>(decoder, format, file, header);
        }
        catch (Exception e) when (e is not (ImageDecodingException or OutOfMemoryException))
        {
            // Code that isn't ours, over a stranger's bytes: whatever it throws says that it couldn't decode them.
            throw new ImageDecodingException($"The {format} file is damaged or of a form that isn't read: {e.Message}", e);
        }
    }

    private static DecodedImage Decode<TPixel>(SixLabors.ImageSharp.Formats.IImageDecoder decoder, string format, byte[] file, ImageHeader header)
        where TPixel : unmanaged, IPixel<TPixel>
    {
        using var stream = new MemoryStream(file, writable: false);
        using var image = decoder.Decode<TPixel>(Limited(header), stream, CancellationToken.None);
        if (image.Width != header.Width || image.Height != header.Height)
        {
            throw new ImageDecodingException($"The {format} file is damaged: it claims both {header.Width} x {header.Height} and {image.Width} x {image.Height} pixels.");
        }

        var result = new DecodedImage(header.Width, header.Height, header.Mode) { Orientation = header.Orientation };
        image.CopyPixelDataTo(MemoryMarshal.Cast<byte, TPixel>(result.Pixels));
        return result;
    }

    /// <summary>A configuration without any format but the one whose decoder is called, and with memory for one picture.</summary>
    private static Configuration Limited(ImageHeader header) => new()
    {
        MemoryAllocator = new BudgetAllocator(BytesBeside + ((long)header.Width * header.Height * MostBytesPerPixel)),
        MaxDegreeOfParallelism = 1,
    };
}
