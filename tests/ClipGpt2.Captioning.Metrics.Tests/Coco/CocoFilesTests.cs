using ClipGpt2.Captioning.Metrics.Coco;

namespace ClipGpt2.Captioning.Metrics.Tests.Coco;

public sealed class CocoFilesTests : IDisposable
{
    private const string References = """
        {"images": [{"id": 2, "file_name": "two.jpg"}, {"id": 1, "file_name": "one.jpg"}, {"id": 3}],
         "annotations": [{"image_id": 1, "caption": "a dog"}, {"image_id": 2, "caption": "a cat"}, {"image_id": 1, "caption": "the dog"}]}
        """;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Candidates_and_references_join_in_the_order_of_the_images()
    {
        var corpus = Read(References, """[{"image_id": 1, "caption": "dog"}, {"image_id": 2, "caption": "cat"}]""");
        Assert.Equal(["2", "1"], corpus.Images.Select(i => i.Id));
        Assert.Equal(["a dog", "the dog"], corpus.Images[1].References);
        Assert.Equal("dog", corpus.Images[1].Candidate);
    }

    [Fact]
    public void Text_ids_and_a_byte_order_mark_are_read()
    {
        var corpus = Read("\uFEFF" + """{"annotations": [{"image_id": "a.jpg", "caption": "x"}]}""", """[{"image_id": "a.jpg", "caption": "y"}]""");
        Assert.Equal("a.jpg", Assert.Single(corpus.Images).Id);
    }

    [Theory]
    [InlineData("""[{"image_id": 1, "caption": "dog"}]""", "'2'")]
    [InlineData("""[{"image_id": 1, "caption": "dog"}, {"image_id": 2, "caption": "cat"}, {"image_id": 9, "caption": "cat"}]""", "'9'")]
    [InlineData("""[{"image_id": 1, "caption": "dog"}, {"image_id": 1, "caption": "dog"}]""", "results[1]: image '1' has a caption already, in results[0]")]
    [InlineData("""[{"image_id": 1}]""", "results[0]: has no 'caption'")]
    [InlineData("""[{"caption": "dog"}]""", "results[0]: has no 'image_id'")]
    [InlineData("""[{"image_id": null, "caption": "dog"}]""", "results[0].image_id")]
    [InlineData("""[{"image_id": 1, "caption": 5}]""", "results[0].caption")]
    [InlineData("""[{"image_id": 1, "caption": "\ud800"}]""", "results[0].caption")]
    [InlineData("""{"results": []}""", "results: is not a list")]
    [InlineData("[1]", "results[0]")]
    [InlineData("[\n\n{]", "line 3")]
    [InlineData("", "line 1")]
    public void Wrong_results_are_refused_by_file_and_place(string results, string place)
    {
        var message = Assert.Throws<CaptioningException>(() => Read(References, results)).Message;
        Assert.Contains("results.json", message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"images": []}""", "has no 'annotations'")]
    [InlineData("""{"annotations": []}""", "annotations: holds no caption")]
    [InlineData("""{"annotations": [{"image_id": 1, "caption": "a"}], "images": [{"id": 2}]}""", "image '1' is not among the images")]
    [InlineData("""{"annotations": [{"image_id": 1, "caption": "a"}], "images": [{"id": 1}, {"id": 1}]}""", "images[1]: image '1' comes a second time")]
    [InlineData("""{"annotations": [{"image_id": 1, "caption": "a"}, 7]}""", "annotations[1]")]
    [InlineData("[]", "has no 'annotations'")]
    public void Wrong_references_are_refused_by_file_and_place(string references, string place)
    {
        var message = Assert.Throws<CaptioningException>(() => Read(references, "[]")).Message;
        Assert.Contains("references.json", message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_candidates_may_be_left_out()
    {
        var results = CocoResults.Read(_folder.Write("results.json", """[{"image_id": 1, "caption": "dog"}]"""));
        var references = CocoReferences.Read(_folder.Write("references.json", References));
        Assert.Equal("1", Assert.Single(results.With(references, allowMissing: true).Images).Id);
        Assert.Equal("one.jpg", references.FileNames["1"]);
    }

    public void Dispose() => _folder.Dispose();

    private CaptionCorpus Read(string references, string results) =>
        CocoResults.Read(_folder.Write("results.json", results)).With(CocoReferences.Read(_folder.Write("references.json", references)));
}
