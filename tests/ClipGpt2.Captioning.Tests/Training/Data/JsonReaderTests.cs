using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tests.Training.Data;

/// <summary>The readers of JSON files: the reference program's, COCO's, Karpathy's, JSON Lines.</summary>
public sealed class JsonReaderTests : DataFolder
{
    private const string Coco = """
        {"info": {"year": 2014, "url": ["x"]},
         "annotations": [{"image_id": 9, "id": 1, "caption": "a dog"}, {"image_id": 4, "id": 2, "caption": "a cat\n"}, {"caption": "two dogs", "image_id": 9}],
         "images": [{"id": 4, "file_name": "cat.jpg", "height": 3}, {"id": 9, "file_name": "dog.jpg"}, {"id": 5, "file_name": "none.jpg"}]}
        """;

    private const string Karpathy = """
        {"images": [
          {"filepath": "val2014", "sentids": [1, 2], "filename": "a.jpg", "imgid": 0, "split": "restval", "sentences": [{"tokens": ["a"], "raw": "A.", "sentid": 1}, {"raw": "B.", "tokens": []}], "cocoid": 1},
          {"sentences": [{"raw": "C."}], "split": "test", "filename": "b.jpg"},
          {"split": "train", "filename": "c.jpg", "sentences": [{"raw": "D."}]}],
         "dataset": "coco"}
        """;

    [Fact]
    public void The_seeds_captions_keep_order_paths_and_text_as_they_are()
    {
        var path = Write("train.json", """[{"image": "data/a.jpg", "caption": " Caf\u00e9 \ud83d\ude00 \"x\" "}, {"caption": "b", "more": [{"x": 1}], "image": "./b.jpg"}]""");
        var data = ProcessedCaptionDataset.Read(path);
        Assert.Equal(2, data.Count);
        Assert.Equal((" Café 😀 \"x\" ", "data/a.jpg", $"{path}: [0]"), (data[0].Caption, data[0].ImageId, data[0].Location));
        Assert.Equal(("b", "./b.jpg", "./b.jpg"), (data[1].Caption, data[1].ImageId, data[1].Image!.Name));
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm()
    {
        var path = Write("marked.json", [0xEF, 0xBB, 0xBF, .. """[{"image": "a.jpg", "caption": "a"}]"""u8]);
        Assert.Equal("a", ProcessedCaptionDataset.Read(path)[0].Caption);
    }

    [Fact]
    public void Coco_annotations_find_their_images_whichever_list_comes_first()
    {
        var data = CocoCaptionDataset.Read(Write("coco.json", Coco), new() { ImageFolder = "train2014/" });
        Assert.Equal(["train2014/dog.jpg a dog", "train2014/cat.jpg a cat\n", "train2014/dog.jpg two dogs"], Shown(data));
        Assert.EndsWith("coco.json: annotations[2]", data[2].Location, StringComparison.Ordinal);
        Assert.Equal("dog.jpg", CocoCaptionDataset.Read(PathOf("coco.json"))[0].ImageId);
    }

    [Fact]
    public void Karpathys_file_gives_train_and_restval_or_the_splits_that_are_chosen()
    {
        var path = Write("dataset_coco.json", Karpathy);
        var data = KarpathyCaptionDataset.Read(path, new() { ImageFolder = "coco" });
        Assert.Equal(["coco/val2014/a.jpg A.", "coco/val2014/a.jpg B.", "coco/c.jpg D."], Shown(data));
        Assert.EndsWith(": images[0].sentences[1]", data[1].Location, StringComparison.Ordinal);
        Assert.Equal(["b.jpg C."], Shown(KarpathyCaptionDataset.Read(path, new() { Splits = ["test"] })));
        AssertNames(() => KarpathyCaptionDataset.Read(path, new() { Splits = ["tset"] }), "dataset_coco.json", "'tset'", "'restval', 'test', 'train'");
    }

    [Fact]
    public void Json_lines_have_one_caption_or_several()
    {
        var path = Write("train.jsonl", "{\"image\": \"a.jpg\", \"caption\": \"a\"}\r\n\n{\"captions\": [\"b\", \"c\"], \"image\": \"b.jpg\"}");
        var data = JsonLinesCaptionDataset.Read(path, new() { ImageFolder = "/pictures" });
        Assert.Equal(["/pictures/a.jpg a", "/pictures/b.jpg b", "/pictures/b.jpg c"], Shown(data));
        Assert.Equal($"{path}:3", data[2].Location);
    }

    [Theory]
    [InlineData("""{"file_name": "a.jpg", "text": "a"}""")]
    [InlineData("""{"text": "a", "additional_feature": {"text": "x"}, "file_name": "a.jpg"}""")]
    [InlineData("""{"url": "y", "image": "a.jpg", "title": "x", "caption": "a", "text": "z"}""")]
    [InlineData("""{"title": "x", "text": "a", "url": "y", "filename": "a.jpg"}""")]
    [InlineData("""{"image_path": "a.jpg", "path": null, "comment": "a", "text": ["x"]}""")]
    [InlineData("""{"text": "x", "captions": ["a"], "file": "a.jpg"}""")]
    public void Json_lines_of_other_names_are_read_too(string line) =>
        Assert.Equal(["a.jpg a"], Shown(JsonLinesCaptionDataset.Read(Write("metadata.jsonl", line))));

    [Fact]
    public void Json_lines_without_a_known_name_are_refused_with_those_that_are() => Assert.All(
        [("""{"file_name": "a.jpg", "words": "a"}""", "no 'caption'"), ("""{"picture": "a.jpg", "text": "a"}""", "no 'image'"), ("""{"file_name": "a.jpg", "text": null}""", "'text'")],
        line => AssertNames(() => JsonLinesCaptionDataset.Read(Write("metadata.jsonl", line.Item1)), "metadata.jsonl", "line 1", line.Item2));

    [Theory]
    [InlineData("""[{"image": "a.jpg", "caption": "a"}, {"image": "b.jpg", "caption": 3}]""", "[1].caption", "a number, not a text")]
    [InlineData("""[{"image": "a.jpg", "caption": null}]""", "[0].caption", "null")]
    [InlineData("""[{"image": ["a.jpg"], "caption": "a"}]""", "[0].image", "a list")]
    [InlineData("""[{"image": "a.jpg", "caption": "a"}, {"caption": "b"}]""", "[1]", "no 'image'")]
    [InlineData("""[{"image": "a.jpg"}]""", "[0]", "no 'caption'")]
    [InlineData("""[{"image": "", "caption": "a"}]""", "[0].image", "empty")]
    [InlineData("""[{"image": "a.jpg", "caption": " \n"}]""", "[0].caption", "empty")]
    [InlineData("""[{"image": "a.jpg", "caption": "\ud800"}]""", "[0].caption", "surrogate")]
    [InlineData("""["a.jpg"]""", "[0]", "a text, not an object")]
    [InlineData("""{"image": "a.jpg"}""", "the top level", "an object, not a list")]
    [InlineData("[{\"image\": \"a.jpg\",\n\"caption\": \"a\"},\n{\"image\": \"b.j", "line 3", "was cut")]
    [InlineData("[{\"image\": \"a.jpg\", \"caption\": \"a\"}", "line 1", "was cut")]
    [InlineData("""[{"image": "a.jpg", "caption": "a"}] x""", "line 1", "JSON")]
    [InlineData("", "line 1", "JSON")]
    [InlineData("[]", "holds no caption")]
    public void A_broken_file_of_the_seeds_form_is_told_with_the_place(string text, params string[] named)
    {
        var path = Write("broken.json", text);
        AssertNames(() => ProcessedCaptionDataset.Read(path), [path, .. named]);
    }

    [Theory]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"image_id": 1, "caption": "a"}, {"image_id": 2, "caption": "b"}]}""", "annotations[1].image_id", "'2' is not among the images")]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 1, "file_name": "b.jpg"}], "annotations": []}""", "images[1].id", "second time")]
    [InlineData("""{"images": [{"id": 1}], "annotations": []}""", "images[0]", "no 'file_name'")]
    [InlineData("""{"images": [{"id": true, "file_name": "a.jpg"}], "annotations": []}""", "images[0].id", "true or false, neither a number nor a text")]
    [InlineData("""{"images": [], "annotations": [{"image_id": 1, "segmentation": []}]}""", "annotations[0]", "no 'caption'")]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"image_id": 1, "caption": ""}]}""", "annotations[0].caption", "empty")]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.jpg"}]}""", "the top level", "no 'annotations'")]
    [InlineData("""{"images": {}, "annotations": []}""", "images", "an object, not a list")]
    [InlineData("""{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"image_id": 1, "cap""", "line 1", "was cut")]
    public void A_broken_file_of_COCOs_form_is_told_with_the_place(string text, params string[] named)
    {
        var path = Write("broken.json", text);
        AssertNames(() => CocoCaptionDataset.Read(path), [path, .. named]);
    }

    [Theory]
    [InlineData("""{"images": [{"split": "train", "filename": "a.jpg", "sentences": [{"raw": "A."}, {"tokens": []}]}]}""", "images[0].sentences[1]", "no 'raw'")]
    [InlineData("""{"images": [{"split": "train", "filename": "a.jpg", "sentences": [{"raw": "A."}, {"raw": ""}]}]}""", "images[0].sentences[1].raw", "empty")]
    [InlineData("""{"images": [{"split": "train", "filename": "a.jpg", "sentences": []}]}""", "images[0]", "no 'sentences'")]
    [InlineData("""{"images": [{"split": "train", "sentences": [{"raw": "A."}]}]}""", "images[0]", "no 'filename'")]
    [InlineData("""{"images": [{"filename": "a.jpg", "sentences": [{"raw": "A."}]}]}""", "images[0]", "no 'split'")]
    [InlineData("""{"images": [{"split": 3}]}""", "images[0].split", "a number")]
    [InlineData("""{"dataset": "coco"}""", "images", "none at all")]
    public void A_broken_file_of_Karpathys_form_is_told_with_the_place(string text, params string[] named)
    {
        var path = Write("broken.json", text);
        AssertNames(() => KarpathyCaptionDataset.Read(path), [path, .. named]);
    }

    [Theory]
    [InlineData("{\"image\": \"a.jpg\", \"caption\": \"a\"}\n{\"image\": \"b.jpg\", \"caption\": [\"b\"]}", "line 2", "caption", "a list")]
    [InlineData("{\"image\": \"a.jpg\", \"caption\": \"a\"}\n{\"image\": \"b.jpg\", \"captions\": [\"b\", 4]}", "line 2", "captions[1]", "a number")]
    [InlineData("{\"image\": \"a.jpg\", \"caption\": \"a\"}\n{\"image\": \"b.jpg\", \"captions\": [\"b\", \"\"]}", "line 2", "captions[1]", "empty")]
    [InlineData("{\"image\": \"a.jpg\", \"captions\": []}", "line 1", "empty list")]
    [InlineData("{\"image\": \"a.jpg\", \"captions\": [\"a\"], \"caption\": \"b\"}", "line 1", "both")]
    [InlineData("{\"image\": \"a.jpg\", \"caption\": \"a\"}\n{\"image\": \"b.jpg\", \"capt", "line 2", "was cut")]
    [InlineData("{\"image\": \"a.jpg\", \"caption\": \"a\"} {}", "line 1", "JSON")]
    public void A_broken_line_of_JSON_is_told_with_its_number(string text, params string[] named)
    {
        var path = Write("broken.jsonl", text);
        AssertNames(() => JsonLinesCaptionDataset.Read(path), [path, .. named]);
    }

    [Fact]
    public void Invalid_UTF8_is_told_with_the_place()
    {
        byte[] record = [.. "{\"image\": \"a.jpg\", \"caption\": \""u8, 0xC3, 0x28, .. "\"}"u8];
        var list = Write("latin.json", [(byte)'[', .. record, (byte)']']);
        AssertNames(() => ProcessedCaptionDataset.Read(list), list, "[0].caption", "invalid UTF-8");
        var lines = Write("latin.jsonl", [.. "\n\n"u8, .. record]);
        AssertNames(() => JsonLinesCaptionDataset.Read(lines), lines, "line 3", "invalid UTF-8");
    }

    [Fact]
    public void A_file_that_is_not_there_is_told()
    {
        AssertNames(() => ProcessedCaptionDataset.Read("nowhere/train.json"), "nowhere/train.json");
        AssertNames(() => JsonLinesCaptionDataset.Read("nowhere/train.jsonl"), "nowhere/train.jsonl");
    }

    [Fact]
    public void Empty_captions_are_skipped_and_counted_or_kept_where_the_options_say_so()
    {
        var path = Write("some.json", """[{"image": "a.jpg", "caption": ""}, {"image": "a.jpg", "caption": "a"}, {"image": "b.jpg", "caption": "\t "}]""");
        var skipped = ProcessedCaptionDataset.Read(path, new() { EmptyCaptions = EmptyCaptionPolicy.Skip });
        Assert.Equal((1, 2, $"{path}: [1]"), (skipped.Count, skipped.SkippedCaptions, skipped[0].Location));
        Assert.Equal(3, ProcessedCaptionDataset.Read(path, new() { EmptyCaptions = EmptyCaptionPolicy.Keep }).Count);
    }

    [Fact]
    public void An_address_needs_somebody_who_finds_the_picture()
    {
        var path = Write("web.jsonl", """{"image": "https://example.org/a.jpg", "caption": "a"}""");
        AssertNames(() => JsonLinesCaptionDataset.Read(path), path, "line 1", "https://example.org/a.jpg", nameof(CaptionDatasetOptions.Picture));
        var data = JsonLinesCaptionDataset.Read(path, new() { Picture = address => ImageSource.FromFile($"cache/{address.Length}.jpg") });
        Assert.Equal(("https://example.org/a.jpg", "cache/25.jpg"), (data[0].ImageId, data[0].Image!.Name));
    }

    [Fact]
    public void Options_are_checked_all_at_once()
    {
        var options = new CaptionDatasetOptions { Splits = [], EmptyCaptions = (EmptyCaptionPolicy)9, Columns = { Separator = '\n' } };
        AssertNames(() => ProcessedCaptionDataset.Read("x.json", options), "Splits", "EmptyCaptions", "Separator");
    }

    [Fact]
    public void Reading_ends_when_it_is_cancelled()
    {
        var path = Write("train.json", """[{"image": "a.jpg", "caption": "a"}]""");
        Assert.Throws<OperationCanceledException>(() => ProcessedCaptionDataset.Read(path, token: new CancellationToken(canceled: true)));
    }

    private static IEnumerable<string> Shown(CaptionFileDataset data) => Enumerable.Range(0, data.Count).Select(i => $"{data[i].ImageId} {data[i].Caption}");
}
