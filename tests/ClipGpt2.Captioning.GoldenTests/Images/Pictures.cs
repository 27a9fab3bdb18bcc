using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.ImageSharp;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>Decoding golden pictures and comparing pixels: what the suites of this folder share.</summary>
internal static class Pictures
{
    /// <summary>The decoders that give Pillow's pixels.</summary>
    public static IReadOnlyList<IImageDecoder> Decoders { get; } = [new SkiaImageDecoder(), new ImageSharpDecoder()];

    private static readonly Lazy<HashSet<string>> Rare = new(() =>
    {
        using var images = JsonDocument.Parse(File.ReadAllBytes(GoldenRoot.Path("images/images.json")));
        return [.. images.RootElement.GetProperty("good").EnumerateArray()
            .Where(image => image.GetProperty("level").GetString() == "rare")
            .Select(image => image.GetProperty("file").GetString()!)];
    });

    /// <summary>Decodes a case's picture as a variant names it, by all decoders; null where a rare one was refused with a clear error.</summary>
    public static DecodedImage? Decode(string file, string variant = "rgb")
    {
        var options = variant switch
        {
            "rgb" => new ImageDecodingOptions { Fidelity = ImageFidelity.Pillow },
            "exif" => new ImageDecodingOptions { ApplyOrientation = true },
            "white" => new ImageDecodingOptions { AlphaBackground = RgbColor.White },
            _ => throw new InvalidOperationException($"Unknown variant '{variant}'."),
        };
        var images = Decoders.Select(decoder => Decode(decoder, file, options)).OfType<DecodedImage>().ToList();
        foreach (var other in images.Skip(1))
        {
            using (other)
            {
                Assert.True(images[0].Mode == other.Mode && images[0].ToRgb().Pixels.Span.SequenceEqual(other.ToRgb().Pixels.Span), $"The decoders' pixels differ in {file}.");
            }
        }

        return images.FirstOrDefault();
    }

    private static DecodedImage? Decode(IImageDecoder decoder, string file, ImageDecodingOptions options)
    {
        try
        {
            return decoder.Decode(GoldenRoot.Path(file), options);
        }
        catch (ImageDecodingException e) when (Rare.Value.Contains(file))
        {
            Assert.Contains(GoldenRoot.Path(file), e.Message, StringComparison.Ordinal);
            return null;
        }
    }

    /// <summary>Pillow's name of the format that a file is decoded as: several pictures in one JPEG file (MPO) are a JPEG whose first counts.</summary>
    public static string FormatOf(string name) => name == "MPO" ? "JPEG" : name;

    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>A picture of <c>{width, height, sha256, tensor?}</c>.</summary>
    public static void CheckPixels(Tracked expected, RgbImage actual, GoldenCase golden)
    {
        Assert.Equal(expected["width"].Integer(), actual.Width);
        Assert.Equal(expected["height"].Integer(), actual.Height);
        Assert.Equal(expected["sha256"].Text(), Sha256(actual.Pixels.Span));
        CheckTensor(expected, actual, golden);
    }

    private static void CheckTensor(Tracked expected, RgbImage actual, GoldenCase golden)
    {
        if (expected.Find("tensor") is { } name)
        {
            var tensor = name.Tensor(golden.Tensors);
            Assert.Equal([actual.Height, actual.Width, 3], tensor.Shape);
            Assert.True(tensor.Bytes.SequenceEqual(actual.Pixels.Span), "The pixels differ.");
        }
    }

    /// <summary>Normalised values of <c>{shape, sha256, first8, mean, min, max}</c>, which must be equal bit for bit.</summary>
    public static void CheckValues(Tracked expected, DecodedImage image, ImagePreprocessor preprocessor)
    {
        var size = preprocessor.OutputSize(new ImageSize(image.Width, image.Height));
        var values = new float[3 * size.Height * size.Width];
        preprocessor.Preprocess(image, values);
        Assert.Equal(expected["shape"].Integers(), new[] { 3, size.Height, size.Width });
        Assert.Equal(expected["sha256"].Text(), Sha256(MemoryMarshal.AsBytes(values.AsSpan())));
        Assert.Equal(expected["first8"].Numbers().Select(v => (float)v), values.Take(8));
        Assert.Equal(expected["mean"].Number(), values.Average(v => (double)v), 1e-6);
        Assert.Equal((float)expected["min"].Number(), values.Min());
        Assert.Equal((float)expected["max"].Number(), values.Max());
    }

    /// <summary>Marks the whole expectation as not looked at, where a rare picture was refused.</summary>
    public static void Refused(GoldenCase golden) => golden.Expected.Informational();
}
