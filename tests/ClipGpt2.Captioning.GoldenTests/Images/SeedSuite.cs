using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>The seed's squash to <c>image_size</c>, then the processor.</summary>
public sealed class SeedSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["preprocess/seed.json"];

    public override void Check(GoldenCase golden)
    {
        var size = golden.Json.GetProperty("image_size");
        var plain = ImagePreprocessor.Load(GoldenRoot.Path(golden.Root.GetProperty("config").GetString()!));
        // The seed's two numbers reach Pillow as width and height, whatever it calls them.
        var squash = new ImageSize(size[0].GetInt32(), size[1].GetInt32());
        var preprocessor = new ImagePreprocessor(plain.Options with { Squash = squash });
        using var image = Pictures.Decode(golden.Json.GetProperty("image").GetString()!);
        if (image is null)
        {
            Pictures.Refused(golden);
            return;
        }

        var expected = golden.Expected;
        var squashed = new ImagePreprocessor(preprocessor.Options with { Resize = false, CenterCrop = false }).Crop(image);
        Pictures.CheckPixels(expected["squashed"], squashed, golden);
        var resized = preprocessor.Geometry(new ImageSize(image.Width, image.Height)).Resized;
        Assert.Equal(expected["then_resized_width"].Integer(), resized.Width);
        Assert.Equal(expected["then_resized_height"].Integer(), resized.Height);
        Pictures.CheckPixels(expected["crop"], preprocessor.Crop(image), golden);
        Pictures.CheckValues(expected["pixel_values"], image, preprocessor);
        expected["clip_embed"].Informational();
    }
}
