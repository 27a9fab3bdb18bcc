using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Resampling;
using CsCheck;

namespace ClipGpt2.Captioning.Tests.Images;

public sealed class ResamplerTests
{
    private static readonly Gen<ResampleFilter> Filters = Gen.OneOf(
        ResampleFilter.Lanczos, ResampleFilter.Bilinear, ResampleFilter.Bicubic, ResampleFilter.Box, ResampleFilter.Hamming);

    private static readonly Gen<int> Sides = Gen.Int[1, 70];

    [Fact]
    public void Vectors_give_what_a_plain_loop_gives() =>
        Gen.Select(Gen.OneOf(PixelMode.Grey, PixelMode.Rgb), Filters, Gen.Select(Sides, Sides), Gen.Select(Sides, Sides), Gen.Int)
            .Sample((mode, filter, from, to, seed) =>
            {
                using var image = Noise(from.Item1, from.Item2, mode, seed);
                using var resized = image.Resize(to.Item1, to.Item2, filter);
                return resized.Pixels.SequenceEqual(Plain(image, to.Item1, to.Item2, filter));
            }, iter: 300);

    [Fact]
    public void A_window_is_that_part_of_the_whole() =>
        Gen.Select(
            Gen.OneOf(PixelMode.Grey, PixelMode.Rgba, PixelMode.Grey16, PixelMode.Palette),
            Gen.Enum<ResampleFilter>(),
            Gen.Select(Sides, Sides),
            Gen.Select(Sides, Sides),
            Gen.Select(Gen.Double.Unit, Gen.Double.Unit))
            .Sample((mode, filter, from, to, share) =>
            {
                using var image = Noise(from.Item1, from.Item2, mode, seed: 1);
                using var whole = image.Resize(to.Item1, to.Item2, filter);
                var (left, top) = ((int)(share.Item1 * (to.Item1 - 1)), (int)(share.Item2 * (to.Item2 - 1)));
                var window = new PixelWindow(left, top, (to.Item1 - left + 1) / 2, (to.Item2 - top + 1) / 2);
                using var part = Resampler.Resize(image, new ResampleRequest(to.Item1, to.Item2, filter), window);
                for (var y = 0; y < window.Height; y++)
                {
                    var row = whole.Pixels.Slice(((window.Top + y) * whole.Stride) + (window.Left * whole.BytesPerPixel), part.Stride);
                    Assert.True(row.SequenceEqual(part.Pixels.Slice(y * part.Stride, part.Stride)));
                }
            }, iter: 300);

    [Fact]
    public void Colours_under_full_transparency_do_not_bleed()
    {
        using var image = new DecodedImage(2, 1, PixelMode.Rgba);
        new byte[] { 255, 0, 0, 0, 0, 0, 200, 255 }.CopyTo(image.Pixels);
        using var resized = image.Resize(1, 1, ResampleFilter.Box);
        Assert.Equal([0, 0, 199, 128], resized.Pixels.ToArray());
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(4, -1)]
    public void A_size_below_one_is_refused(int width, int height)
    {
        using var image = Noise(3, 3, PixelMode.Rgb, 1);
        Assert.Throws<ArgumentException>(() => image.Resize(width, height));
    }

    [Fact]
    public void A_box_outside_of_the_picture_is_refused()
    {
        using var image = Noise(3, 3, PixelMode.Rgb, 1);
        Assert.Throws<ArgumentException>(() => image.Resize(2, 2, box: new ResampleBox(0, 0, 4, 3)));
    }

    [Fact]
    public void Pictures_can_be_resized_again_and_again_without_garbage()
    {
        using var image = Noise(320, 240, PixelMode.Rgb, 1);
        image.Resize(100, 75).Dispose();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
        {
            image.Resize(100, 75).Dispose();
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10 * 2048);
    }

    private static DecodedImage Noise(int width, int height, PixelMode mode, int seed)
    {
        var image = new DecodedImage(width, height, mode) { Palette = mode == PixelMode.Palette ? new byte[1024] : default };
        new Random(seed).NextBytes(image.Pixels);
        return image;
    }

    /// <summary>Two passes in the words of the method: double weights, 22-bit integers, a rounding to bytes after each.</summary>
    private static byte[] Plain(DecodedImage image, int width, int height, ResampleFilter filter)
    {
        var size = image.BytesPerPixel;
        var across = Pass(image.Pixels.ToArray(), image.Width, image.Height, width, size, image.Stride, filter);
        if (image.Height == height)
        {
            return across;
        }

        // Down is across on the picture of which each column is one pixel.
        var result = new byte[width * size * height];
        for (var x = 0; x < width * size; x++)
        {
            var column = Enumerable.Range(0, image.Height).Select(y => across[(y * width * size) + x]).ToArray();
            var resized = Pass(column, image.Height, 1, height, 1, image.Height, filter);
            for (var y = 0; y < height; y++)
            {
                result[(y * width * size) + x] = resized[y];
            }
        }

        return result;
    }

    private static byte[] Pass(byte[] pixels, int inSize, int rows, int outSize, int size, int stride, ResampleFilter filter)
    {
        if (inSize == outSize)
        {
            return pixels;
        }

        var scale = (double)inSize / outSize;
        var widening = Math.Max(scale, 1);
        var support = FilterKernel.Radius(filter) * widening;
        var result = new byte[outSize * rows * size];
        for (var x = 0; x < outSize; x++)
        {
            var center = (x + 0.5) * scale;
            var first = Math.Max((int)(center - support + 0.5), 0);
            var end = Math.Min((int)(center + support + 0.5), inSize);
            var weights = Enumerable.Range(first, end - first).Select(i => FilterKernel.Value(filter, (i - center + 0.5) * (1 / widening))).ToArray();
            var sum = weights.Aggregate(0.0, (total, weight) => total + weight);
            var integers = weights.Select(w => (int)Math.Round(w / sum * (1 << 22), MidpointRounding.AwayFromZero)).ToArray();
            for (var i = 0; i < rows * size; i++)
            {
                var (row, channel) = (i / size, i % size);
                var total = integers.Select((weight, k) => weight * pixels[(row * stride) + ((first + k) * size) + channel]).Sum();
                result[(((row * outSize) + x) * size) + channel] = (byte)Math.Clamp((total + (1 << 21)) >> 22, 0, 255);
            }
        }

        return result;
    }
}
