using ClipGpt2.Captioning.Images;
using SkiaSharp;

namespace ClipGpt2.Captioning.Tests.Images;

public sealed class ImageDecodingTests
{
    private static readonly SkiaImageDecoder Decoder = new();

    [Fact]
    public void A_picture_beyond_the_pixel_limit_is_refused_by_its_header()
    {
        var file = Encoded.Png(3, 2, 8, 0, [[0, 0, 0], [0, 0, 0]]);
        var error = Assert.Throws<ImageDecodingException>(() => Decoder.Decode(file, new ImageDecodingOptions { MaxPixels = 5 }));
        Assert.Contains("3 x 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(ImageDecodingOptions.MaxPixels), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_beyond_the_byte_limit_is_refused(bool seekable)
    {
        using var stream = seekable ? new MemoryStream(new byte[100]) : new ForwardStream(new byte[100]);
        var error = Assert.Throws<ImageDecodingException>(() => Decoder.Decode(stream, new ImageDecodingOptions { MaxFileBytes = 99 }));
        Assert.Contains(nameof(ImageDecodingOptions.MaxFileBytes), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_claims_more_than_the_file_can_hold_takes_no_memory()
    {
        var file = Encoded.Png(7000, 7000, 8, 6, [[0]]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ImageDecodingException>(() => Decoder.Decode(file));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<ImageDecodingException>(() => Decoder.Decode("/no/such/picture.jpg"));
        Assert.Equal("/no/such/picture.jpg", error.FileName);
        Assert.Contains("/no/such/picture.jpg", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Streams_bytes_and_files_give_the_same()
    {
        var file = Encoded.Png(2, 1, 8, 2, [[1, 2, 3, 4, 5, 6]]);
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, file);
        using var stream = new ForwardStream(file);
        using var fromStream = Decoder.Decode(stream, new ImageDecodingOptions());
        using var fromBytes = Decoder.Decode(file);
        using var fromFile = Decoder.Decode(path);
        File.Delete(path);
        Assert.Equal(fromBytes.Pixels.ToArray(), fromStream.Pixels.ToArray());
        Assert.Equal(fromBytes.Pixels.ToArray(), fromFile.Pixels.ToArray());
    }

    [Fact]
    public void All_options_out_of_range_are_named_at_once()
    {
        var options = new ImageDecodingOptions { MaxPixels = 0, MaxFileBytes = -1, Fidelity = (ImageFidelity)9 };
        var error = Assert.Throws<CaptioningException>(() => Decoder.Decode(Array.Empty<byte>(), options));
        Assert.All(
            [nameof(options.MaxPixels), nameof(options.MaxFileBytes), nameof(options.Fidelity)],
            name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Eight_threads_may_share_a_decoder_and_a_preprocessor()
    {
        var file = Jpeg(97, 61, SKJpegEncoderDownsample.Downsample420, quality: 90, seed: 3);
        var expected = Preprocess(file);
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Assert.Equal(expected, Preprocess(file)));
    }

    internal static byte[] Jpeg(int width, int height, SKJpegEncoderDownsample sampling, int quality, int seed)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        new Random(seed).NextBytes(bitmap.GetPixelSpan());
        using var file = new MemoryStream();
        using var pixels = bitmap.PeekPixels();
        Assert.True(pixels.Encode(file, new SKJpegEncoderOptions(quality, sampling, SKJpegEncoderAlphaOption.Ignore)));
        return file.ToArray();
    }

    private static float[] Preprocess(byte[] file)
    {
        using var image = Decoder.Decode(file);
        var values = new float[3 * 224 * 224];
        ImagePreprocessor.ClipVitBasePatch32.Preprocess(image, values);
        return values;
    }

    /// <summary>A stream that can't tell its length, as a network's.</summary>
    private sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override bool TryGetBuffer(out ArraySegment<byte> buffer)
        {
            buffer = default;
            return false;
        }
    }
}
