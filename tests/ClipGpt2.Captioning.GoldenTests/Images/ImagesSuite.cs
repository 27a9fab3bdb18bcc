using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>What the decoder says of each picture before it decodes it.</summary>
public sealed class ImagesSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["images/images.json"];

    protected override IReadOnlyList<string> CaseMembers =>
        ["name", "file", "how", "level", "format", "mode", "width", "height", "bytes", "sha256", "frames", "exif_orientation", "jpeg"];

    protected override IReadOnlyList<string> TrackedParts => ["format", "mode", "width", "height", "frames", "exif_orientation", "bytes", "sha256", "jpeg"];

    public override void Check(GoldenCase golden)
    {
        var file = File.ReadAllBytes(GoldenRoot.Path(golden.Json.GetProperty("file").GetString()!));
        Assert.Equal(golden.Part("bytes").Integer(), file.Length);
        Assert.Equal(golden.Part("sha256").Text(), Pictures.Sha256(file));
        var (format, header) = SkiaImageDecoder.ReadHeader(file, new ImageDecodingOptions());
        Assert.Equal(golden.Part("format").Text(Pictures.FormatOf), format.Name);
        Assert.Equal(golden.Part("mode").Text(), header.Mode.PillowName());
        Assert.Equal(golden.Part("width").Integer(), header.Width);
        Assert.Equal(golden.Part("height").Integer(), header.Height);
        var orientation = golden.Part("exif_orientation");

        // Pillow tells the tag's number whatever it is; those that mean nothing leave the picture as it is.
        Assert.Equal(orientation.IsNull ? 1 : orientation.Integer(tag => tag is >= 1 and <= 8 ? tag : 1), header.Orientation);
        foreach (var name in (string[])["frames", "jpeg"])
        {
            if (golden.FindPart(name) is { } part)
            {
                golden.PassOver(part);
            }
        }
    }

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("good").EnumerateArray().Select(image => (image.GetProperty("name").GetString()!, image));
}
