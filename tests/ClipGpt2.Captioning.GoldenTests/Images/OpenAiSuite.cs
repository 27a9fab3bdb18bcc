using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Formats;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>openai/CLIP's <c>_transform</c>, which resizes in the picture's own mode.</summary>
public sealed class OpenAiSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["preprocess/openai.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "image", "n", "level", "expected"];

    public override void Check(GoldenCase golden)
    {
        var n = golden.Json.GetProperty("n").GetInt32();
        var hugging = new ImagePreprocessor(new ImagePreprocessorOptions { ShortestEdge = n, CropSize = new ImageSize(n, n) });
        var preprocessor = new ImagePreprocessor(hugging.Options with { Transform = ImageTransform.OpenAi });
        var file = golden.Json.GetProperty("image").GetString()!;
        using var image = Pictures.Decode(file);
        if (image is null)
        {
            Pictures.Refused(golden);
            return;
        }

        var expected = golden.Expected;
        var geometry = preprocessor.Geometry(new ImageSize(image.Width, image.Height));
        Assert.Equal(expected["resized_width"].Integer(), geometry.Resized.Width);
        Assert.Equal(expected["resized_height"].Integer(), geometry.Resized.Height);
        Assert.Equal(expected["crop_left"].Integer(), geometry.Left);
        Assert.Equal(expected["crop_top"].Integer(), geometry.Top);
        var crop = preprocessor.Crop(image);
        Pictures.CheckPixels(expected["crop"], crop, golden);
        Pictures.CheckValues(expected["pixel_values"], image, preprocessor);
        var difference = LargestDifference(crop, hugging.Crop(image));
        Assert.Equal(expected["max_abs_diff_to_hf"].Integer(), difference);
        Assert.Equal(expected["equals_hf"].Flag(), difference == 0);
        expected["why_not"].Informational();
        using var stored = AsStored(file, image);
        CheckReadWithSkimage(expected["read_with_skimage"], stored, preprocessor, crop, golden);
    }

    /// <summary>ClipCap reads with scikit-image: palettes come as RGB, and CMYK's four channels are taken for RGBA.</summary>
    private static void CheckReadWithSkimage(
        Tracked expected, DecodedImage image, ImagePreprocessor preprocessor, RgbImage plainCrop, GoldenCase golden)
    {
        if (expected.Kind == JsonValueKind.Null || expected.Find("error") is not null)
        {
            // Its TIFF reader lacks a codec, and GIFs come as four-dimensional arrays, on which the program fails.
            expected.Informational();
            return;
        }

        using var read = AsSkimage(image);
        Assert.Equal(expected["pil_mode"].Text(), read.Mode.PillowName());
        Assert.Equal(expected["array_dtype"].Text(), image.Mode switch { PixelMode.Grey16 => "uint16", PixelMode.Bilevel => "bool", _ => "uint8" });
        int[] shape = [image.Height, image.Width, .. Channels(read.Mode) is > 1 and var channels ? (int[])[channels] : []];
        Assert.Equal(expected["array_shape"].Integers(), shape);
        var crop = preprocessor.Crop(read);
        Pictures.CheckPixels(expected["crop"], crop, golden);
        Assert.Equal(expected["equals_pil_open"].Flag(), crop.Pixels.Span.SequenceEqual(plainCrop.Pixels.Span));
    }

    /// <summary>scikit-image doesn't turn a TIFF, which Pillow does as it loads it.</summary>
    internal static DecodedImage AsStored(string file, DecodedImage image)
    {
        var (format, header) = SkiaImageDecoder.ReadHeader(File.ReadAllBytes(GoldenRoot.Path(file)), new ImageDecodingOptions());
        return ExifOrientation.Turn(image, format is TiffFormat ? Back(header.Orientation) : 1);
    }

    /// <summary>The orientation that undoes another: a quarter turn's is the other one, all others are their own.</summary>
    private static int Back(int orientation) => orientation switch
    {
        6 => 8,
        8 => 6,
        _ => orientation,
    };

    private static DecodedImage AsSkimage(DecodedImage image)
    {
        if (image.Mode == PixelMode.Palette)
        {
            return DecodedImage.FromRgb(image.ToRgb());
        }

        var copy = new DecodedImage(image.Width, image.Height, image.Mode == PixelMode.Cmyk ? PixelMode.Rgba : image.Mode);
        image.Pixels.CopyTo(copy.Pixels);
        return copy;
    }

    private static int Channels(PixelMode mode) => mode switch
    {
        PixelMode.Rgb => 3,
        PixelMode.GreyAlpha => 2,
        PixelMode.Rgba or PixelMode.Cmyk => 4,
        _ => 1,
    };

    private static int LargestDifference(RgbImage a, RgbImage b) =>
        a.Pixels.ToArray().Zip(b.Pixels.ToArray(), (x, y) => Math.Abs(x - y)).Max();
}
