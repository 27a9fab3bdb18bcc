using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Images.Resampling;

namespace ClipGpt2.Captioning.GoldenTests.Images;

/// <summary>Pillow's <c>Image.resize</c>, bit for bit.</summary>
public sealed class ResizeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["preprocess/resize.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "mode", "filter", "filter_id", "box", "in", "out_width", "out_height", "expected"];

    public override void Check(GoldenCase golden)
    {
        var json = golden.Json;
        var filter = (ResampleFilter)json.GetProperty("filter_id").GetInt32();
        Assert.Equal(json.GetProperty("filter").GetString(), filter.ToString(), ignoreCase: true);
        var box = json.GetProperty("box") is { ValueKind: System.Text.Json.JsonValueKind.Array } b
            ? new ResampleBox(b[0].GetSingle(), b[1].GetSingle(), b[2].GetSingle(), b[3].GetSingle())
            : (ResampleBox?)null;
        using var image = Arrays.ToImage(golden.Tensors[json.GetProperty("in").GetString()!], json.GetProperty("mode").GetString()!);
        using var resized = image.Resize(json.GetProperty("out_width").GetInt32(), json.GetProperty("out_height").GetInt32(), filter, box);
        var actual = Arrays.ToArray(resized);
        var expected = golden.Expected["out"].Tensor(golden.Tensors);
        Assert.Equal([resized.Height, resized.Width], expected.Shape[..2]);
        Assert.True(expected.Data.AsSpan().SequenceEqual(actual), "The pixels differ.");
        Assert.Equal(golden.Expected["sha256"].Text(), Pictures.Sha256(actual));
    }
}
