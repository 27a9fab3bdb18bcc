using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>The table of normalised values, and the configurations that must give the same results.</summary>
[Trait("Golden", "preprocess")]
public sealed class NormalizationGoldenTests
{
    private const string TablesFile = "preprocess/normalize_tables.safetensors";

    public static TheoryData<string> Tables => new(GoldenTensorFile.Open(TablesFile).Names);

    public static TheoryData<string> Configurations =>
        new(Directory.EnumerateFiles(GoldenRoot.Path("preprocess/configs"), "*.json").Select(file => Path.GetFileName(file)!));

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_byte_becomes_the_tables_number(string name)
    {
        var options = name switch
        {
            "clip_hf" => ImagePreprocessor.ClipVitBasePatch32.Options,
            "clip_openai" => ImagePreprocessor.ClipVitBasePatch32.Options with { Transform = ImageTransform.OpenAi },
            "siglip_hf" => ImagePreprocessor.Parse("""{"image_processor_type": "SiglipImageProcessor"}""").Options,
            _ => throw new InvalidOperationException($"Unknown table '{name}'."),
        };
        var bytes = Enumerable.Range(0, 256).SelectMany(v => Enumerable.Repeat((byte)v, 3)).ToArray();
        using var ramp = DecodedImage.FromRgb(new RgbImage(256, 1, bytes));
        var values = new float[3 * 256];
        new ImagePreprocessor(options with { Resize = false, CenterCrop = false }).Preprocess(ramp, values);
        Assert.Equal(GoldenTensorFile.Open(TablesFile)[name].Floats, values);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Old_and_new_forms_mean_the_same(string file)
    {
        var read = ImagePreprocessor.Load(GoldenRoot.Path("preprocess/configs/" + file)).Options;
        var preset = ImagePreprocessor.Load("clip-vit-base-patch32").Options;
        Assert.Equal(preset.Mean, read.Mean);
        Assert.Equal(preset.StandardDeviation, read.StandardDeviation);
        Assert.Equal(preset, read with { Mean = preset.Mean, StandardDeviation = preset.StandardDeviation });
    }
}
