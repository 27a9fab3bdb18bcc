using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tests.Training.Data;

/// <summary>What a large file costs: its captions and each path once.</summary>
[Collection(nameof(CountsTensors))]
public sealed class LargeFileTests : DataFolder
{
    private const int Captions = 100_000;
    private const int PerImage = 5;
    private const string Caption = "A man riding a wave on top of a surfboard in the sea.";

    [Fact]
    public void Annotations_take_no_more_memory_than_their_captions()
    {
        var path = PathOf("coco.json");
        using (var file = new StreamWriter(path))
        {
            file.Write("{\"images\": [");
            file.Write(string.Join(',', Enumerable.Range(0, Captions / PerImage).Select(i => $$"""{"id": {{i}}, "file_name": "{{i:000000000000}}.jpg", "coco_url": "http://images.cocodataset.org/{{i:000000000000}}.jpg", "height": 480, "width": 640}""")));
            file.Write("], \"annotations\": [");
            file.Write(string.Join(',', Enumerable.Range(0, Captions).Select(i => $$"""{"image_id": {{i / PerImage}}, "id": {{i}}, "caption": "{{Caption}}"}""")));
            file.Write("]}");
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var data = CocoCaptionDataset.Read(path);
        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal((Captions, $"{path}: annotations[{Captions - 1}]"), (data.Count, data[Captions - 1].Location));

        // A text of n letters is an object of 22 + 2n bytes; beside it stand its record of 24 bytes and a fifth of the picture's path.
        Assert.InRange(taken, 0, Captions * (22 + (2 * Caption.Length) + 24 + 64));
    }
}
