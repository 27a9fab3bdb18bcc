using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>Image processors' files: which one wins, broken and unusual ones, and what a picture becomes.</summary>
/// <remarks>
/// Preprocessing follows transformers 4.53 with Pillow: where the file has figures of that version beside 5's, those are expected. Where we aren't as the
/// reference: <see cref="NotOffered.InPreprocessor"/> lists it.
/// </remarks>
public sealed class ProcessorFilesSuite : GoldenSuite
{
    private const double Tolerance = 1e-6;

    /// <summary>The picture that the folder's README names.</summary>
    private const string Picture = "images/png_rgb_67x64.png";

    public override IReadOnlyList<string> Files => ["transformers5/bad.json"];

    protected override IReadOnlyList<string> TrackedParts => ["expected", "v4"];

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("files").EnumerateArray().Where(c => c.GetProperty("call").GetString() != "AutoTokenizer").Select(c => (c.GetProperty("name").GetString()!, c));

    public override void Check(GoldenCase golden)
    {
        var folder = GoldenRoot.Path(golden.Json.GetProperty("folder").GetString()!);
        var expected = golden.FindPart("v4") ?? golden.Expected;
        if (golden.FindPart("v4") is not null)
        {
            golden.Expected.Informational();
        }

        if (NotOffered.InPreprocessor(folder) is { } ours)
        {
            expected.Informational();
            Assert.Equal(ours.IsRefused, Record.Exception(() => ImagePreprocessor.Load(folder)) is CaptioningException);
            return;
        }

        if (expected.Find("error") is not null)
        {
            expected.Informational();
            Assert.ThrowsAny<CaptioningException>(() => Process(ImagePreprocessor.Load(folder)));
            return;
        }

        var preprocessor = ImagePreprocessor.Load(folder);
        foreach (var name in expected.Names.Where(name => name is "class" or "image_processor" or "tokenizer" or "dtype"))
        {
            expected[name].Informational();
        }

        CheckSize(expected["size"], preprocessor.Options);
        CheckFigures(expected, preprocessor);
    }

    private static void CheckSize(Tracked expected, ImagePreprocessorOptions options)
    {
        if (expected.Find("shortest_edge") is { } edge)
        {
            Assert.Null(options.ExactSize);
            Assert.Equal(edge.Integer(), options.ShortestEdge);
        }
        else
        {
            Assert.Equal(new ImageSize((int)expected["width"].Integer(), (int)expected["height"].Integer()), options.ExactSize);
        }
    }

    private static void CheckFigures(Tracked expected, ImagePreprocessor preprocessor)
    {
        if (expected.Find("shape") is not { } shape)
        {
            return;
        }

        var (pixels, size) = Process(preprocessor);
        Assert.Equal(shape.Integers(), new[] { 3, size.Height, size.Width });
        Assert.Equal(expected["mean"].Number(), pixels.Average(value => (double)value), Tolerance);
        Assert.Equal(expected["first"].Numbers().Select(value => (float)value), pixels.Take(expected["first"].Raw.GetArrayLength()), (a, b) => Math.Abs(a - b) <= Tolerance);
    }

    private static (float[] Pixels, ImageSize Size) Process(ImagePreprocessor preprocessor)
    {
        using var picture = new SkiaImageDecoder().Decode(GoldenRoot.Path(Picture));
        var size = preprocessor.OutputSize(new(picture.Width, picture.Height));
        var pixels = new float[3 * size.Width * size.Height];
        preprocessor.Preprocess(picture, pixels);
        return (pixels, size);
    }
}
