using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>The reference program's squash to <c>image_size</c>, then the processor.</summary>
public sealed class ReferenceSuite : GoldenSuite
{
    /// <summary>That of CLIP's embeddings in the forward cases.</summary>
    private const double EmbeddingTolerance = 3e-5;

    public override IReadOnlyList<string> Files => ["preprocess/seed.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "image", "level", "image_size", "expected"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        var size = golden.Json.GetProperty("image_size");
        var plain = ImagePreprocessor.Load(GoldenRoot.Path(golden.Root.GetProperty("config").GetString()!));
        // The reference program's two numbers reach Pillow as width and height, whatever it calls them.
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
        CheckEmbedding(expected["clip_embed"].Tensor(golden.Tensors), image, preprocessor, golden);
    }

    /// <summary>What the reference program's data set stores: the projected features, not normalised.</summary>
    private static void CheckEmbedding(GoldenTensor expected, DecodedImage image, ImagePreprocessor preprocessor, GoldenCase golden)
    {
        var folder = Path.GetDirectoryName(GoldenRoot.Path(golden.Root.GetProperty("config").GetString()!))!;
        using var model = ModelFolder.Open(folder);
        using var encoder = ClipImageEncoder.Load(model, new ComputeOptions { Device = golden.Device });
        using var pixels = preprocessor.Preprocess([image]);
        using var embedding = encoder.Encode(pixels);
        TorchTensors.AssertNear(embedding.ToFloats(), expected.Floats, EmbeddingTolerance, expected.Name);
    }
}
