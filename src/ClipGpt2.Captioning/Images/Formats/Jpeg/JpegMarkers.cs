namespace ClipGpt2.Captioning.Images.Formats.Jpeg;

/// <summary>Goes through a JPEG's markers to its end, as libjpeg does once the pixels are there, and refuses what libjpeg then refuses.</summary>
/// <remarks>
/// Pillow calls <c>jpeg_finish_decompress</c> (<c>read_markers</c> in libjpeg's <c>jdmarker.c</c>), and Skia, which stops at the last row, doesn't. A scan that a
/// marker breaks off is filled up with grey, so that a second picture in the middle of the first would go unnoticed.
/// </remarks>
internal static class JpegMarkers
{
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte DefineRestarts = 0xDD;

    /// <returns>Whether the end marker is there.</returns>
    /// <exception cref="ImageDecodingException">A marker stands where none may.</exception>
    public static bool CheckToEnd(ReadOnlySpan<byte> file)
    {
        var (components, isProgressive, scans, isWhole, restarts) = (0, false, 0, false, false);
        for (var at = 2; Next(file, ref at) is { } marker;)
        {
            if (marker == EndOfImage)
            {
                return true;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
            {
                continue;
            }

            if (marker == StartOfImage || (JpegFormat.IsFrame(marker) && components > 0) || (marker == StartOfScan && isWhole))
            {
                throw Broken(marker == StartOfImage ? "a second picture" : marker == StartOfScan ? "a scan after the whole picture" : "a second frame", at);
            }

            if (IsUnknown(marker) && !(restarts && scans > 0))
            {
                // With restarts on, a decoder that has lost its way passes over such bytes to find the next one.
                throw Broken($"the unknown marker {marker:X2}", at);
            }

            if (at + 2 > file.Length || file.U16Big(at) - 2 is var length && (length < 0 || at + 2 + length > file.Length))
            {
                return false;
            }

            var segment = file.Slice(at + 2, length);
            at += 2 + length;
            if (JpegFormat.IsFrame(marker))
            {
                (components, isProgressive) = (segment.U8(5), marker is 0xC2 or 0xC6 or 0xCA or 0xCE);
            }
            else if (marker == StartOfScan)
            {
                scans++;
                isWhole = scans == 1 && !isProgressive && segment.U8(0) >= components;
            }

            restarts |= marker == DefineRestarts && segment.U16Big(0) > 0;
        }

        return false;
    }

    /// <summary>The next marker at or after a position, over whatever stands before it; null at the file's end.</summary>
    private static byte? Next(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length && file[at..].IndexOf((byte)0xFF) is >= 0 and var distance)
        {
            at += distance + 1;
            if (at < file.Length && file[at] is not (0x00 or 0xFF))
            {
                return file[at++];
            }
        }

        return null;
    }

    private static bool IsUnknown(byte marker) => marker is < 0xC0 or 0xC8 or 0xDE or 0xDF or (>= 0xF0 and <= 0xFD);

    private static ImageDecodingException Broken(string what, int at) => new($"The JPEG file is damaged: before its end comes {what} (byte {at - 2}).");
}
