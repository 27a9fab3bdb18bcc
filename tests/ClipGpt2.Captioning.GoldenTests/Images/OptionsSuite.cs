using System.Runtime.InteropServices;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary><c>CLIPImageProcessor.from_dict(options)</c> on arrays.</summary>
public sealed class OptionsSuite : GoldenSuite
{
    private static readonly HashSet<string> Known =
    [
        "do_convert_rgb", "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize", "image_mean", "image_std",
    ];

    public override IReadOnlyList<string> Files => ["preprocess/options.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "images", "options", "expected"];

    public override void Check(GoldenCase golden)
    {
        var options = golden.Part("options");
        Assert.All(options.Names, name => Assert.Contains(name, Known));
        options.Informational();
        var preprocessor = ImagePreprocessor.Parse(options.Raw.GetRawText());
        var names = golden.Json.GetProperty("images").EnumerateArray().Select(name => name.GetString()!);
        List<DecodedImage> images = [.. names.Select(name => Arrays.ToImage(golden.Tensors[name], "RGB"))];
        var actual = golden.Expected["dtype"].Text() switch
        {
            "float32" => Values(preprocessor, images, golden.Expected["shape"].Integers()),
            "uint8" => Bytes(preprocessor, images, golden.Expected["shape"].Integers()),
            var other => throw new InvalidOperationException($"Unknown data type '{other}'."),
        };
        Assert.True(golden.Expected["out"].Tensor(golden.Tensors).Data.AsSpan().SequenceEqual(actual), "The values differ.");
        Assert.Equal(golden.Expected["sha256"].Text(), Pictures.Sha256(actual));
        images.ForEach(image => image.Dispose());
    }

    private static byte[] Values(ImagePreprocessor preprocessor, List<DecodedImage> images, int[] shape)
    {
        using var batch = preprocessor.Preprocess(images);
        Assert.Equal(shape.Select(side => (long)side), batch.shape);
        return MemoryMarshal.AsBytes(batch.data<float>().ToArray().AsSpan()).ToArray();
    }

    /// <summary>Without rescaling and normalising the processor gives the crop's bytes, channels first.</summary>
    private static byte[] Bytes(ImagePreprocessor preprocessor, List<DecodedImage> images, int[] shape)
    {
        List<byte> bytes = [];
        foreach (var image in images)
        {
            var crop = preprocessor.Crop(image);
            Assert.Equal(shape, new[] { images.Count, 3, crop.Height, crop.Width });
            for (var channel = 0; channel < 3; channel++)
            {
                bytes.AddRange(crop.Pixels.ToArray().Where((_, i) => i % 3 == channel));
            }
        }

        return [.. bytes];
    }
}
