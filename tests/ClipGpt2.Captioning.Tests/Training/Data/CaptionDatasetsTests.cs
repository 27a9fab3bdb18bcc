using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tests.Training.Data;

public sealed class CaptionDatasetsTests : DataFolder
{
    [Theory]
    [InlineData("a.jsonl", "", "json_lines")]
    [InlineData("a.NDJSON", "", "json_lines")]
    [InlineData("a.csv", "", "csv")]
    [InlineData("a.tsv", "", "csv")]
    [InlineData("a.tar", "", "tar_shards")]
    [InlineData("a.json", "[]", "processed")]
    [InlineData("a.json", """{"info": {"annotations": 1}, "images": [{"id": 1, "file_name": "x"}]}""", "coco")]
    [InlineData("a.json", """{"images": [], "annotations": []}""", "coco")]
    [InlineData("a.json", """{"annotations": [""", "coco")]
    [InlineData("a.json", """{"dataset": "coco", "images": [{"filepath": "x", "sentids": [1], "sentences": []}]}""", "karpathy")]
    public void The_form_is_told_by_ending_and_content(string name, string text, string form) => Assert.Equal(form, CaptionDatasets.FormOf(Write(name, text)).Name);

    [Theory]
    [InlineData("a.json", """{"images": [{"id": 1}]}""", "images[0]")]
    [InlineData("a.json", """{"version": 1}""", "neither a list of captions")]
    [InlineData("a.json", "3", "a number")]
    [InlineData("a.parquet", "", ".jsonl")]
    public void A_form_that_is_not_known_is_told(string name, string text, params string[] named)
    {
        var path = Write(name, text);
        AssertNames(() => CaptionDatasets.FormOf(path), [path, .. named]);
    }

    [Fact]
    public void Folders_patterns_and_chosen_forms_need_no_ending()
    {
        Assert.Equal("folder", CaptionDatasets.FormOf(FolderPath).Name);
        Assert.Equal("tar_shards", CaptionDatasets.FormOf("{a,b}").Name);
        var path = Write("captions.txt", "a\ta.jpg\n");
        var data = CaptionDatasets.Open(path, new() { Form = "csv", Columns = { Separator = '\t' } });
        Assert.Equal("a.jpg", data[0].ImageId);
    }

    [Fact]
    public void A_host_adds_a_form_of_its_own()
    {
        var path = Write("captions.json", "{\"mine\": []}");
        AssertNames(() => CaptionDatasets.FormOf(path), path, "neither a list of captions");
        var options = new CaptionDatasetOptions();
        var mine = new InMemoryCaptionDataset([new CaptionExample { ImageId = "a", Caption = "mine", Image = "a.jpg" }]);
        options.Forms.Add(new CaptionForm("mine", file => File.ReadAllText(file).Contains("mine", StringComparison.Ordinal), (_, _, _) => mine));
        Assert.Same(mine, CaptionDatasets.Open(path, options));
        options.Form = "Mine";
        Assert.Same(mine, CaptionDatasets.Open("elsewhere", options));
        options.Form = "yours";
        AssertNames(() => CaptionDatasets.Open(path, options), "'yours'", "processed", "clipcap", "mine");
    }

    [Theory]
    [InlineData("folder.tar")]
    [InlineData("folder.pkl")]
    [InlineData("folder.json")]
    public void A_folder_is_one_whatever_its_name(string name)
    {
        Directory.CreateDirectory(PathOf(name));
        Assert.Equal("folder", CaptionDatasets.FormOf(PathOf(name)).Name);
    }

    [Fact]
    public void Each_form_is_opened_by_its_reader()
    {
        Write("pictures/a.jpg", "");
        Write("pictures/a.txt", "a");
        string[] paths =
        [
            Write("seed.json", """[{"image": "a.jpg", "caption": "a"}]"""),
            Write("coco.json", """{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"image_id": 1, "caption": "a"}]}"""),
            Write("karpathy.json", """{"images": [{"split": "train", "filename": "a.jpg", "sentences": [{"raw": "a"}]}]}"""),
            Write("lines.jsonl", """{"image": "a.jpg", "caption": "a"}"""),
            Write("table.csv", "a,a.jpg"),
            PathOf("pictures"),
        ];
        Assert.All(paths, path => Assert.EndsWith("a.jpg", Assert.Single(Examples(CaptionDatasets.Open(path))).ImageId, StringComparison.Ordinal));
        Assert.Equal(6, paths.Select(path => CaptionDatasets.Open(path).GetType()).Distinct().Count());
    }

    [Fact]
    public void What_is_read_as_a_stream_and_what_by_index_is_told_apart()
    {
        var tar = Write("a.tar", TarShards.Of(("0.jpg", "x"), ("0.txt", "a")));
        Assert.Single(CaptionDatasets.OpenStream(tar).Read(0));
        AssertNames(() => CaptionDatasets.Open(tar), tar, "stream");
        var table = Write("a.csv", "a,a.jpg");
        AssertNames(() => CaptionDatasets.OpenStream(table), table, "index");
    }

    [Theory]
    [InlineData("", "a", true, "no ImageId")]
    [InlineData("x", "", true, "caption is empty")]
    [InlineData("x", "a", false, "neither an Image nor an Embedding")]
    public void An_incomplete_example_in_memory_is_told_with_its_index(string id, string caption, bool image, string named)
    {
        CaptionExample[] examples = [new() { ImageId = "ok", Caption = "ok", Image = "ok.jpg" }, new() { ImageId = id, Caption = caption, Image = image ? ImageSource.FromFile("x.jpg") : null }];
        AssertNames(() => new InMemoryCaptionDataset(examples), "Example 1", $"'{id}'", named);
    }

    [Theory]
    [InlineData(new[] { 1f, float.NaN }, "NaN")]
    [InlineData(new[] { 1f, float.PositiveInfinity }, "infinity")]
    [InlineData(new[] { 1f, 2f, 3f }, "3 numbers")]
    public void A_bad_embedding_is_told_with_its_index(float[] embedding, string named)
    {
        CaptionExample[] examples = [new() { ImageId = "ok", Caption = "ok", Embedding = new[] { 1f, 2f } }, new() { ImageId = "x", Caption = "a", Embedding = embedding }];
        AssertNames(() => new InMemoryCaptionDataset(examples), "Example 1", "'x'", named);
    }

    private static IEnumerable<CaptionExample> Examples(ICaptionDataset data) => Enumerable.Range(0, data.Count).Select(i => data[i]);
}
