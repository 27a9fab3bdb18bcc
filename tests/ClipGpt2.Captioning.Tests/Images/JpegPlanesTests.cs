using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;
using ClipGpt2.Captioning.Images.Formats.Jpeg;
using CsCheck;
using SkiaSharp;

namespace ClipGpt2.Captioning.Tests.Images;

public sealed class JpegPlanesTests
{
    [Fact]
    public void Our_decoder_gives_libjpeg_turbos_pixels() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 60], Gen.Enum<SKJpegEncoderDownsample>(), Gen.Int[1, 100], Gen.Int)
            .Sample((width, height, sampling, quality, seed) =>
            {
                var file = ImageDecodingTests.Jpeg(width, height, sampling, quality, seed);
                var header = new JpegFormat().ReadHeader(file);
                using var expected = new SkiaImageDecoder().Decode(file);
                return ToRgb(JpegPlanes.Decode(file, header)).AsSpan().SequenceEqual(expected.ToRgb().Pixels.Span);
            }, iter: 200);

    [Fact]
    public void A_scan_that_ends_too_early_is_refused()
    {
        var file = ImageDecodingTests.Jpeg(64, 64, SKJpegEncoderDownsample.Downsample444, 90, seed: 1);
        var header = new JpegFormat().ReadHeader(file);
        Assert.Throws<ImageDecodingException>(() => JpegPlanes.Decode(file.AsSpan(0, file.Length / 2), header));
    }

    /// <summary>Red, green and blue are what the inks leave over.</summary>
    private static byte[] ToRgb(JpegPlanes planes) =>
    [
        .. Enumerable.Range(0, planes.Samples[0].Length).SelectMany(i =>
        {
            var (c, m, y) = CmykJpeg.ToInks(planes.Samples[0][i], planes.Samples[1][i] - 128, planes.Samples[2][i] - 128);
            return (byte[])[(byte)(255 - c), (byte)(255 - m), (byte)(255 - y)];
        }),
    ];
}
