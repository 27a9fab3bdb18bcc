using System.Buffers;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>How much memory a picture takes while it is decoded and made small, told by the beginning of its file.</summary>
internal static class PictureCost
{
    /// <summary>Where nearly all files have said how large their picture is; profiles and previews may stand before that.</summary>
    private const int Beginning = 256 << 10;

    private const int UnknownFactor = 4;

    /// <summary>Bytes a pixel of a picture in RGB.</summary>
    private const int RgbBytes = 4;

    /// <returns>The bytes; 0 where they can't be told, for which nothing is held back.</returns>
    public static long Of(ImageSource source, ImageDecodingOptions options)
    {
        try
        {
            using var encoded = source.Reopen?.Invoke();
            return encoded is null or { CanSeek: false } || encoded.Length > options.MaxFileBytes ? 0 : Of(encoded, options);
        }
        catch (Exception e) when (e is CaptioningException or IOException or UnauthorizedAccessException)
        {
            // Whoever decodes it says what is wrong.
            return 0;
        }
    }

    private static long Of(Stream encoded, ImageDecodingOptions options)
    {
        var known = (int)Math.Min(encoded.Length, Beginning);
        var start = ArrayPool<byte>.Shared.Rent(known);
        try
        {
            var length = encoded.ReadAtLeast(start.AsSpan(0, known), known, throwOnEndOfStream: false);
            var (_, header) = SkiaImageDecoder.ReadHeader(start.AsSpan(0, length), options);
            var pixels = (long)header.Width * header.Height;
            var copies = (RgbConversion.IsPlain(header.Mode) ? 0 : 1) + (options.TurnsByOrientation && header.Orientation != 1 ? 1 : 0);
            return encoded.Length + (pixels * (header.Mode.BytesPerPixel() + (copies * RgbBytes))) + header.WorkingBytes;
        }
        catch (ImageDecodingException) when (known < encoded.Length)
        {
            // A TIFF may say it at its end; uncompressed it is as long as its pixels in three bytes, and they are kept twice.
            return UnknownFactor * encoded.Length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(start);
        }
    }
}
