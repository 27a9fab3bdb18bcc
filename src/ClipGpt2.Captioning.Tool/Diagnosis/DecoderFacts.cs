using ClipGpt2.Captioning.Images;
using SkiaSharp;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>What reads pictures of a format here.</summary>
/// <param name="Format">The format.</param>
/// <param name="Decoder">Skia, whose native library must be there, or managed code.</param>
internal sealed record DecoderFacts(string Format, string Decoder)
{
    private const int Side = 16;
    private const byte Red = 200, Green = 100, Blue = 50;

    // What JPEG and lossy WebP may do to one colour.
    private const int Tolerance = 8;

    private static readonly (string Format, SKEncodedImageFormat Encoding)[] BySkia = [("JPEG", SKEncodedImageFormat.Jpeg), ("WEBP", SKEncodedImageFormat.Webp)];

    /// <summary>Lists what can be read; what needs a native library reads a made picture first.</summary>
    public static IReadOnlyList<DecoderFacts> Find(Faults faults)
    {
        List<DecoderFacts> found = [];
        foreach (var format in SkiaImageDecoder.Formats.Names)
        {
            if (Array.Find(BySkia, skia => skia.Format == format) is not { Format: not null } native)
            {
                found.Add(new(format, "managed"));
            }
            else if (faults.Try($"decoding {format} by Skia", () => Decode(native)) is { } facts)
            {
                found.Add(facts);
            }
        }

        return found;
    }

    private static DecoderFacts Decode((string Format, SKEncodedImageFormat Encoding) native)
    {
        using var bitmap = new SKBitmap(Side, Side);
        bitmap.Erase(new SKColor(Red, Green, Blue));
        using var encoded = bitmap.Encode(native.Encoding, quality: 100);
        using var decoded = new SkiaImageDecoder().Decode(encoded.ToArray(), new ImageDecodingOptions());
        var pixel = decoded.ToRgb().Pixels.Span[..3];
        return Math.Abs(pixel[0] - Red) <= Tolerance && Math.Abs(pixel[1] - Green) <= Tolerance && Math.Abs(pixel[2] - Blue) <= Tolerance
            ? new(native.Format, "Skia")
            : throw new ImageDecodingException($"A {native.Format} picture of one colour came out as ({pixel[0]}, {pixel[1]}, {pixel[2]}) in place of ({Red}, {Green}, {Blue}).");
    }
}
