using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>The captions that the reference program's run was trained on, and those that they were prepared from.</summary>
[Trait("Golden", "seed_run")]
public sealed class CaptionFileTests
{
    [Theory]
    [InlineData("seed_run/train.json")]
    [InlineData("seed_run/val.json")]
    public void The_seeds_captions_are_read_and_written_again_byte_for_byte(string file)
    {
        var captions = CaptionDatasets.Open(GoldenRoot.Path(file));
        using var json = JsonDocument.Parse(File.ReadAllBytes(GoldenRoot.Path(file)));
        var expected = json.RootElement.EnumerateArray().Select(record => (record.GetProperty("image").GetString()!, record.GetProperty("caption").GetString()!));
        Assert.Equal(expected, Enumerable.Range(0, captions.Count).Select(i => (captions[i].ImageId, captions[i].Caption)));

        var copy = Path.GetTempFileName();
        ProcessedCaptionDataset.Write(captions, copy);
        Assert.Equal(File.ReadAllBytes(GoldenRoot.Path(file)), File.ReadAllBytes(copy));
        File.Delete(copy);
    }

    [Fact]
    public void Annotations_give_what_was_prepared_from_them_and_all_pictures_can_be_decoded()
    {
        var annotations = CaptionDatasets.Open(GoldenRoot.Path("captions_scenes.json"), new() { ImageFolder = GoldenRoot.Path("scenes") });
        var prepared = CaptionDatasets.Open(GoldenRoot.Path("seed_run/train.json"));
        var captions = Enumerable.Range(0, annotations.Count).Select(i => (Path.GetFileName(annotations[i].ImageId), annotations[i].Caption)).ToHashSet();
        Assert.All(Enumerable.Range(0, prepared.Count), i => Assert.Contains((Path.GetFileName(prepared[i].ImageId), prepared[i].Caption), captions));
        Assert.Empty(CaptionDatasetCheck.Run(annotations, new() { DecodeImages = true }).Problems);
    }
}
