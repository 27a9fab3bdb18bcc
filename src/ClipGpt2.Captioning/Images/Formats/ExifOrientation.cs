using System.Buffers.Binary;

namespace ClipGpt2.Captioning.Images.Formats;

/// <summary>The orientation in EXIF data: how a camera was held, and how to turn the pixels.</summary>
internal static class ExifOrientation
{
    private const int OrientationTag = 0x0112;
    private const int ShortType = 3;
    private const int EntrySize = 12;

    /// <summary>Reads the orientation from EXIF data, with or without its <c>Exif</c> prefix. What can't be read is 1: upright.</summary>
    public static int Read(ReadOnlySpan<byte> exif)
    {
        if (exif.StartsWith("Exif\0\0"u8))
        {
            exif = exif[6..];
        }

        var big = exif.StartsWith("MM\0*"u8);
        if (exif.Length < 8 || !(big || exif.StartsWith("II*\0"u8)))
        {
            return 1;
        }

        var directory = U32(exif[4..], big);
        if (directory > exif.Length - 2)
        {
            return 1;
        }

        var entries = exif[((int)directory + 2)..];
        for (var left = U16(exif[(int)directory..], big); left > 0 && entries.Length >= EntrySize; left--, entries = entries[EntrySize..])
        {
            if (U16(entries, big) == OrientationTag && U16(entries[2..], big) == ShortType)
            {
                return U16(entries[8..], big) is >= 1 and <= 8 and var orientation ? orientation : 1;
            }
        }

        return 1;
    }

    /// <summary>Whether the orientation exchanges width and height.</summary>
    public static bool SwapsSides(int orientation) => orientation is >= 5 and <= 8;

    /// <summary>A new picture whose pixels stand upright.</summary>
    public static DecodedImage Turn(DecodedImage image, int orientation)
    {
        var (width, height) = SwapsSides(orientation) ? (image.Height, image.Width) : (image.Width, image.Height);
        var turned = new DecodedImage(width, height, image.Mode) { Palette = image.Palette, TransparentColor = image.TransparentColor };
        // The pixel at (x, y) of the turned picture is number first + x * across + y * down of the stored one.
        var (w, last) = (image.Width, (image.Width * image.Height) - 1);
        var (first, across, down) = orientation switch
        {
            2 => (w - 1, -1, w),
            3 => (last, -1, -w),
            4 => (last - w + 1, 1, -w),
            5 => (0, w, 1),
            6 => (last - w + 1, -w, 1),
            7 => (last, -w, -1),
            8 => (w - 1, w, -1),
            _ => (0, 1, w),
        };
        var from = image.Pixels;
        var to = turned.Pixels;
        var size = image.BytesPerPixel;
        for (var y = 0; y < height; y++)
        {
            for (int x = 0, at = first + (y * down); x < width; x++, at += across)
            {
                from.Slice(at * size, size).CopyTo(to[(((y * width) + x) * size)..]);
            }
        }

        return turned;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, bool big) =>
        big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes, bool big) =>
        big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
