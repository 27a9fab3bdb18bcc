using System.Diagnostics;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>Damaged, empty and dangerous files: what loads in Pillow loads with the same pixels, all else is refused quickly and clearly.</summary>
public sealed class BadImagesSuite : GoldenSuite
{
    private const long MostMemory = 200 << 20;

    private static readonly TimeSpan LongestTime = TimeSpan.FromSeconds(1);

    /// <summary>Loads the decoders' code, so that the first file isn't charged for it.</summary>
    static BadImagesSuite()
    {
        foreach (var decoder in Pictures.Decoders)
        {
            Assert.Throws<ImageDecodingException>(() => decoder.Decode("RIFF\u0000\u0000\u0000\u0000WEBPVP8L0000/\u0000\u0000\u0000\u0000"u8.ToArray()));
        }
    }

    public override IReadOnlyList<string> Files => ["preprocess/bad.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "file", "how", "expected"];

    public override void Check(GoldenCase golden)
    {
        var expected = golden.Expected;
        var path = GoldenRoot.Path(golden.Json.GetProperty("file").GetString()!);
        foreach (var decoder in Pictures.Decoders)
        {
            Check(expected, path, Decode(decoder, path), golden);
        }

        expected["open_warnings"].Informational();
        golden.PassOverIfThere("expected", "convert_rgb_with_LOAD_TRUNCATED_IMAGES");
    }

    private static void Check(Tracked expected, string path, RgbImage? decoded, GoldenCase golden)
    {
        CheckHeader(expected["open"], path, decoded, golden);
        if (expected.Find("convert_rgb") is { } convert)
        {
            Assert.Equal(convert["ok"].Flag(), decoded is not null);
            if (decoded is not null)
            {
                Pictures.CheckPixels(convert, decoded, golden);
            }

            // Pillow's words for what is wrong; ours name the file and the remedy.
            convert.Find("error")?.Informational();
            convert.Find("message")?.Informational();
        }
    }

    private static RgbImage? Decode(IImageDecoder decoder, string path)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        try
        {
            using var image = decoder.Decode(path);
            return image.ToRgb();
        }
        catch (ImageDecodingException e)
        {
            Assert.Contains(path, e.Message, StringComparison.Ordinal);
            Assert.Equal(path, e.FileName);
            return null;
        }
        finally
        {
            Assert.True(clock.Elapsed < LongestTime, $"Decoding took {clock.Elapsed}.");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - allocated < MostMemory, "Decoding took more than 200 MB.");
        }
    }

    private static void CheckHeader(Tracked open, string path, RgbImage? decoded, GoldenCase golden)
    {
        if (!open["ok"].Raw.GetBoolean())
        {
            Assert.Equal(open["ok"].Flag(), decoded is not null);
            open["error"].Informational();
            open["message"].Informational();
            return;
        }

        // Pillow opens pictures of up to twice the number of pixels that it warns of.
        var options = new ImageDecodingOptions { MaxPixels = 2 * golden.Root.GetProperty("max_image_pixels").GetInt64() };
        var (format, header) = SkiaImageDecoder.ReadHeader(File.ReadAllBytes(path), options);
        open["ok"].Informational();
        Assert.Equal(open["format"].Text(Pictures.FormatOf), format.Name);
        Assert.Equal(open["mode"].Text(), header.Mode.PillowName());
        Assert.Equal(open["width"].Integer(), header.Width);
        Assert.Equal(open["height"].Integer(), header.Height);
    }
}
