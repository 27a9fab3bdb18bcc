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

    private static readonly IFormatDecoder Default = new SkiaImageDecoder();

    /// <returns>The bytes; 0 where they can't be told, for which nothing is held back.</returns>
    public static long Of(ImageSource source, IImageDecoder decoder, ImageDecodingOptions options)
    {
        try
        {
            using var encoded = source.Reopen?.Invoke();
            return encoded is null or { CanSeek: false } || encoded.Length > options.MaxFileBytes ? 0 : Of(encoded, decoder, options);
        }
        catch (Exception e) when (e is CaptioningException or IOException or UnauthorizedAccessException)
        {
            // Whoever decodes it says what is wrong.
            return 0;
        }
    }

    private static long Of(Stream encoded, IImageDecoder decoder, ImageDecodingOptions options)
    {
        // What a host's own decoder takes isn't known; it is taken for the default one.
        var formats = (decoder as IFormatDecoder ?? Default).Formats;
        var known = (int)Math.Min(encoded.Length, Beginning);
        var start = ArrayPool<byte>.Shared.Rent(known);
        try
        {
            var length = encoded.ReadAtLeast(start.AsSpan(0, known), known, throwOnEndOfStream: false);
            var (_, header) = formats.ReadHeader(start.AsSpan(0, length), options);
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
