using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats.Jpeg;
using CsCheck;
using SkiaSharp;

namespace ClipGpt2.Captioning.Tests.Images;

/// <summary>Our own JPEG decoder beside libjpeg-turbo, which Skia brings.</summary>
public sealed class ManagedJpegTests
{
    private static readonly FormatDecoder Own = new(new ManagedJpeg(), new ManagedJpeg());

    [Fact]
    public void Our_decoder_gives_libjpeg_turbos_pixels() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 60], Gen.Enum<SKJpegEncoderDownsample>(), Gen.Int[1, 100], Gen.Int)
            .Sample((width, height, sampling, quality, seed) =>
            {
                var file = ImageDecodingTests.Jpeg(width, height, sampling, quality, seed);
                return Outcome(Own, file).AsSpan().SequenceEqual(Outcome(SkiaShared, file));
            }, iter: 400);

    /// <summary>libjpeg-turbo refuses some of these although no bit is missing, depending on how many it had taken in advance.</summary>
    [Fact]
    public void A_file_without_its_end_gives_all_its_pixels_or_none() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Enum<SKJpegEncoderDownsample>(), Gen.Int[1, 100], Gen.Int, Gen.Int[1, 4])
            .Sample((width, height, sampling, quality, seed, missing) =>
            {
                var file = ImageDecodingTests.Jpeg(width, height, sampling, quality, seed);
                var (own, skia) = (Outcome(Own, file[..^missing]), Outcome(SkiaShared, file[..^missing]));
                return own.Length == 0 ? skia.Length == 0 : own.AsSpan().SequenceEqual(Outcome(Own, file));
            }, iter: 400);

    [Fact]
    public void A_scan_that_ends_too_early_is_refused()
    {
        var file = ImageDecodingTests.Jpeg(64, 64, SKJpegEncoderDownsample.Downsample444, 90, seed: 1);
        Assert.Throws<ImageDecodingException>(() => Decode(Own, file[..(file.Length / 2)]));
    }

    private static FormatDecoder SkiaShared => ((IFormatDecoder)new SkiaImageDecoder()).Formats;

    private static DecodedImage Decode(FormatDecoder decoder, byte[] file) => decoder.Decode(new MemoryStream(file), new ImageDecodingOptions());

    /// <summary>The pixels; none where the file is refused.</summary>
    private static byte[] Outcome(FormatDecoder decoder, byte[] file)
    {
        try
        {
            using var image = Decode(decoder, file);
            return image.ToRgb().Pixels.ToArray();
        }
        catch (ImageDecodingException)
        {
            return [];
        }
    }
}
