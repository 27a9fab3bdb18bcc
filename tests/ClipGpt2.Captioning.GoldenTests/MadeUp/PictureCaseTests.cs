using System.Text.Json.Nodes;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.GoldenTests.Images;
using ClipGpt2.Captioning.Images;
using Xunit.Sdk;

namespace ClipGpt2.Captioning.GoldenTests.MadeUp;

/// <summary>Pictures that the data at hand lack.</summary>
[Trait("Golden", "images")]
public sealed class PictureCaseTests
{
    private const string Name = "images/images.json";

    /// <summary>Pillow tells the number as it stands in the file, and calls several pictures in one JPEG file MPO.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(255)]
    public void An_orientation_that_means_nothing_counts_as_upright_and_an_MPO_as_a_JPEG(byte tag)
    {
        var golden = MadeUpCase.First(Name, c => (string?)c["format"] == "JPEG" && (int?)c["exif_orientation"] is > 1, "good");
        var bytes = File.ReadAllBytes(GoldenRoot.Path((string)golden["file"]!));
        SetOrientation(bytes, tag);
        using var file = new TemporaryFile(bytes);
        (golden["file"], golden["sha256"], golden["exif_orientation"], golden["format"]) = (file.Path, Pictures.Sha256(bytes), tag, "MPO");
        MadeUpCase.Run(new ImagesSuite(), Name, golden);
        golden["exif_orientation"] = 3;
        Assert.ThrowsAny<XunitException>(() => MadeUpCase.Run(new ImagesSuite(), Name, golden));
    }

    /// <summary>Pillow turns a TIFF as it loads it; scikit-image doesn't.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Scikit_image_reads_a_TIFF_as_it_is_stored(byte orientation)
    {
        const int Width = 5, Height = 3;
        byte[] pixels = [.. Enumerable.Range(0, Width * Height * 3).Select(i => (byte)(i * 5))];
        using var file = new TemporaryFile(Tiff(Width, Height, pixels, orientation));
        using var turned = Pictures.Decode(file.Path)!;
        using var stored = OpenAiSuite.AsStored(file.Path, turned);
        Assert.Equal((Width, Height), (stored.Width, stored.Height));
        Assert.Equal(pixels, stored.ToRgb().Pixels.ToArray());
        Assert.Equal(orientation == 1, turned.ToRgb().Pixels.Span.SequenceEqual(pixels));
    }

    /// <summary>Changes the orientation of a JPEG file's EXIF data.</summary>
    private static void SetOrientation(byte[] jpeg, byte orientation)
    {
        var little = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x12, 0x01, 3, 0, 1, 0, 0, 0]);
        var big = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x01, 0x12, 0, 3, 0, 0, 0, 1]);
        var value = little >= 0 ? little + 8 : big + 9;
        Assert.InRange(jpeg[value], 1, 8);
        jpeg[value] = orientation;
    }

    /// <summary>An uncompressed RGB TIFF of one strip.</summary>
    private static byte[] Tiff(int width, int height, byte[] pixels, int orientation)
    {
        (int Tag, int Type, int Count, int Value)[] entries =
        [
            (256, 3, 1, width), (257, 3, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, 1, 8), (274, 3, 1, orientation),
            (277, 3, 1, 3), (278, 3, 1, height), (279, 4, 1, pixels.Length),
        ];
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("II*\0"u8);
        writer.Write(8 + pixels.Length + (pixels.Length % 2));
        writer.Write(pixels);
        writer.Write(new byte[pixels.Length % 2]);
        writer.Write((short)entries.Length);
        foreach (var (tag, type, count, value) in entries)
        {
            writer.Write((short)tag);
            writer.Write((short)type);
            writer.Write(count);
            writer.Write(value);
        }

        writer.Write(0);
        return stream.ToArray();
    }
}
