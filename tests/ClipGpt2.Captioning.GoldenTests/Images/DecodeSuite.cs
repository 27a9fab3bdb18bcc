using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>The decoded pixels, equal to Pillow's bit for bit in every format, the lossy ones among them.</summary>
public sealed class DecodeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["preprocess/decode.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "image", "variant", "pil_mode", "format", "level", "lossy", "expected"];

    public override void Check(GoldenCase golden)
    {
        CheckHeader(golden);
        using var image = Pictures.Decode(golden.Json.GetProperty("image").GetString()!, golden.Json.GetProperty("variant").GetString()!);
        if (image is null)
        {
            Pictures.Refused(golden);
            return;
        }

        var pixels = image.ToRgb();
        Pictures.CheckPixels(golden.Expected, pixels, golden);
        var means = golden.Expected["mean_rgb"].Numbers();
        for (var channel = 0; channel < means.Length; channel++)
        {
            Assert.Equal(means[channel], Mean(pixels, channel, 0, pixels.Height, 0, pixels.Width), 1e-6);
        }

        if (golden.Expected.Find("block_means") is { } blocks)
        {
            CheckBlocks(blocks.Tensor(golden.Tensors), pixels);
        }

        // How far another build of libjpeg-turbo would be; ours is at no distance.
        golden.Expected.Find("other_libjpeg_modes")?.Informational();
    }

    private static void CheckHeader(GoldenCase golden)
    {
        var (format, header) = SkiaImageDecoder.ReadHeader(File.ReadAllBytes(GoldenRoot.Path(golden.Json.GetProperty("image").GetString()!)), new ImageDecodingOptions());
        Assert.Equal(Pictures.FormatOf(golden.Json.GetProperty("format").GetString()!), format.Name);
        Assert.Equal(golden.Json.GetProperty("pil_mode").GetString(), header.Mode.PillowName());
    }

    private static void CheckBlocks(GoldenTensor expected, RgbImage pixels)
    {
        var (rows, columns) = ((int)expected.Shape[0], (int)expected.Shape[1]);
        for (var i = 0; i < expected.Floats.Length; i++)
        {
            var (row, column, channel) = (i / 3 / columns, i / 3 % columns, i % 3);
            var (top, bottom) = (Edge(pixels.Height, rows, row), Edge(pixels.Height, rows, row + 1));
            var (left, right) = (Edge(pixels.Width, columns, column), Edge(pixels.Width, columns, column + 1));
            Assert.Equal(expected.Floats[i], Mean(pixels, channel, top, bottom, left, right), 1e-3);
        }
    }

    /// <summary>Where a block begins when <c>numpy.array_split</c> gives the first blocks one more.</summary>
    private static int Edge(int side, int blocks, int block) => (side / blocks * block) + Math.Min(block, side % blocks);

    private static double Mean(RgbImage image, int channel, int top, int bottom, int left, int right)
    {
        var (pixels, sum) = (image.Pixels, 0L);
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                sum += pixels.Span[(((y * image.Width) + x) * 3) + channel];
            }
        }

        return (double)sum / ((bottom - top) * (right - left));
    }
}
