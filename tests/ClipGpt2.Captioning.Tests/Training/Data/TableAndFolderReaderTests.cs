using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Tests.Training.Data;

/// <summary>The readers of tables and of folders.</summary>
public sealed class TableAndFolderReaderTests : DataFolder
{
    [Fact]
    public void Conceptual_captions_have_no_header_and_quotes_that_mean_nothing()
    {
        var path = Write("cc3m.tsv", "a \"dog\" , big\tdog.jpg\n\"unclosed\tcat.jpg\n");
        var data = CsvCaptionDataset.Read(path, new() { ImageFolder = "cc" });
        Assert.Equal(["a \"dog\" , big", "\"unclosed"], Enumerable.Range(0, data.Count).Select(i => data[i].Caption));
        Assert.Equal(("cc/cat.jpg", $"{path}:2"), (data[1].ImageId, data[1].Location));
    }

    [Fact]
    public void A_header_with_both_names_is_found_wherever_the_columns_stand()
    {
        var path = Write("train.csv", "\uFEFFid,Image,split, caption \n1,a.jpg,train,\"one, two\nthree\"\n2,b.jpg,train,four\n");
        var data = CsvCaptionDataset.Read(path);
        Assert.Equal(("a.jpg", "one, two\nthree", $"{path}:2"), (data[0].ImageId, data[0].Caption, data[0].Location));
        Assert.Equal(("b.jpg", "four", $"{path}:4"), (data[1].ImageId, data[1].Caption, data[1].Location));
    }

    [Theory]
    [InlineData("title;file\na;a.jpg\n", "title", "file", null)]
    [InlineData("x;a;a.jpg\n", "2", "3", null)]
    [InlineData("image;caption\na;a.jpg\n", "1", "2", true)]
    public void Columns_are_chosen_by_name_or_number(string text, string caption, string image, bool? header)
    {
        var path = Write("table.csv", text);
        var data = CsvCaptionDataset.Read(path, new() { Columns = { Caption = caption, Image = image, Header = header, Separator = ';' } });
        Assert.Equal((1, "a", "a.jpg"), (data.Count, data[0].Caption, data[0].ImageId));
    }

    [Theory]
    [InlineData("file_name,text\na.jpg,a\n")]
    [InlineData("text,file_name\na,a.jpg\n")]
    [InlineData("Image Name,comment_number, Comment\na.jpg,0,a\n")]
    [InlineData("url,title\na.jpg,a\n")]
    [InlineData("id,image-path,text\n1,a.jpg,a\n")]
    [InlineData("title,caption,image,url\nx,a,a.jpg,y\n")]
    [InlineData("text,url,caption,file_name\nx,y,a,a.jpg\n")]
    public void A_header_of_other_names_is_found(string text) =>
        Assert.Equal(["a.jpg a"], Shown(CsvCaptionDataset.Read(Write("table.csv", text))));

    [Theory]
    [InlineData("a,a.jpg\nb,b.png\n")]
    [InlineData("a.JPG,a\nb.png,b\n")]
    [InlineData("sub/a.webp,a\nb,b\n")]
    [InlineData("image,a.tiff\nb,b\n")]
    [InlineData("https://example.org/a?id=1,a\nhttp://example.org/b,b\n")]
    public void Without_a_header_the_picture_is_told_by_its_ending_and_never_swapped(string text)
    {
        var path = Write("table.csv", text);
        foreach (var header in new bool?[] { null, false })
        {
            var data = CsvCaptionDataset.Read(path, new() { Picture = ImageSource.FromFile, Columns = { Header = header } });
            var first = text[..text.IndexOf('\n', StringComparison.Ordinal)].Split(',');
            var picture = first.Single(field => field.Contains('.', StringComparison.Ordinal));
            Assert.Equal((2, picture, first.Single(field => field != picture)), (data.Count, data[0].ImageId, data[0].Caption));
        }
    }

    [Theory]
    [InlineData("a,b\n", "'a', 'b'")]
    [InlineData("picture,words\na.jpg,a\n", "'picture', 'words'")]
    [InlineData("image,words\na.jpg,a\n", "'image', 'words'")]
    [InlineData("image_name| comment_number| comment\na.jpg| 0| a\n", "separator")]
    public void A_first_line_that_may_be_anything_is_refused_with_the_known_names(string text, string named)
    {
        var path = Write("table.csv", text);
        AssertNames(() => CsvCaptionDataset.Read(path), path, "line 1", "neither a header", named, "'file_name'", "'comment'", "Header = false");
    }

    [Theory]
    [InlineData("a.jpg,b.jpg\n", "2 fields that end as a picture's file does", "Image")]
    [InlineData("1,a,a.jpg\n", "2 fields beside the picture", "Caption")]
    [InlineData("a.jpg,1,a\n", "2 fields beside the picture", "Caption")]
    [InlineData("caption,title\n", "no column 'image'", "'caption', 'title'")]
    [InlineData("image,url\n", "no column 'caption'", "'image', 'url'")]
    public void Columns_that_only_the_user_can_tell_are_asked_for(string text, params string[] named)
    {
        var path = Write("table.csv", text);
        AssertNames(() => CsvCaptionDataset.Read(path), [path, "line 1", .. named]);
    }

    [Fact]
    public void The_documentation_lists_the_names()
    {
        var lines = File.ReadAllLines(Path.Combine(SampleCaptioner.Repository, "docs", "data.md"));
        foreach (var (what, names) in new[] { ("picture", ColumnNames.Images), ("caption", ColumnNames.Captions) })
        {
            Assert.Contains($"| {what} | {string.Join(", ", names.Select(name => $"`{name}`"))} |", lines);
        }
    }

    [Fact]
    public void A_header_can_be_denied()
    {
        var path = Write("table.csv", "caption,image\n");
        Assert.Equal("caption", CsvCaptionDataset.Read(path, new() { Columns = { Header = false } })[0].Caption);
        Assert.Equal(["key a dog"], Shown(CsvCaptionDataset.Read(Write("keys.csv", "a dog,key,more\n"), new() { Columns = { Header = false } })));
    }

    [Theory]
    [InlineData("a,a.jpg\nb,b.jpg,more\n", "line 2", "3 fields")]
    [InlineData("a,a.jpg\n\n\nb\n", "line 4", "1 fields")]
    [InlineData("a,a.jpg\n\"b,b.jpg\n", "line 2", "never closed")]
    [InlineData("a,a.jpg\n\"b\" c,b.jpg\n", "line 2", "closing quote")]
    [InlineData("a,a.jpg\n  ,b.jpg\n", "line 2", "caption", "empty")]
    [InlineData("a,a.jpg\nb,\n", "line 2", "image", "empty")]
    [InlineData("a,a.jpg\nb,http://example.org/b.jpg\n", "line 2", "http://example.org/b.jpg")]
    [InlineData("a.jpg\nb.jpg\n", "no column '2' for the caption", "'a.jpg'")]
    [InlineData("", "no caption")]
    public void A_broken_table_is_told_with_the_line(string text, params string[] named)
    {
        var path = Write("broken.csv", text);
        AssertNames(() => CsvCaptionDataset.Read(path), [path, .. named]);
    }

    [Fact]
    public void A_column_that_is_not_there_is_told_with_those_that_are()
    {
        var path = Write("table.csv", "caption,picture\na,a.jpg\n");
        AssertNames(() => CsvCaptionDataset.Read(path, new() { Columns = { Header = true } }), path, "'image'", "'caption', 'picture'");
        AssertNames(() => CsvCaptionDataset.Read(path, new() { Columns = { Caption = "title" } }), path, "'title'");
    }

    private static IEnumerable<string> Shown(CsvCaptionDataset data) => Enumerable.Range(0, data.Count).Select(i => $"{data[i].ImageId} {data[i].Caption}");

    [Fact]
    public void Invalid_UTF8_in_a_table_is_told_with_the_line()
    {
        var path = Write("latin.csv", [.. "a,a.jpg\nCaf"u8, 0xE9, .. ",b.jpg\n"u8]);
        AssertNames(() => CsvCaptionDataset.Read(path), path, "line 2", "caption", "UTF-8");
    }

    [Fact]
    public void A_folder_has_a_text_beside_each_picture_with_one_caption_a_line()
    {
        Write("sub/b.png", "");
        Write("sub/b.txt", "\uFEFFone\r\n two \n\n");
        Write("a.b.JPG", "");
        Write("a.b.txt", "three");
        var data = FolderCaptionDataset.Read(FolderPath, new() { ImageFolder = "elsewhere" });
        Assert.Equal(["three", "one", " two "], Enumerable.Range(0, data.Count).Select(i => data[i].Caption));
        Assert.Equal((PathOf("sub/b.png"), $"{PathOf("sub/b.png")}:2"), (data[2].ImageId, data[2].Location));
    }

    [Fact]
    public void A_picture_and_its_text_need_each_other()
    {
        Write("a.jpg", "");
        AssertNames(() => FolderCaptionDataset.Read(FolderPath), PathOf("a.jpg"), PathOf("a.txt"));
        Write("a.txt", "one");
        Write("b.txt", "two");
        AssertNames(() => FolderCaptionDataset.Read(FolderPath), PathOf("b.txt"), "no picture");
        Write("b.jpg", "");
        Write("b.png", "");
        AssertNames(() => FolderCaptionDataset.Read(FolderPath), PathOf("b.jpg"), PathOf("b.png"));
        AssertNames(() => FolderCaptionDataset.Read("nowhere"), "nowhere");
    }

    [Fact]
    public void Empty_and_invalid_texts_are_told_with_the_line()
    {
        Write("a.jpg", "");
        Write("a.txt", "");
        AssertNames(() => FolderCaptionDataset.Read(FolderPath), PathOf("a.txt"), "line 1", "empty");
        Write("a.txt", "one\n\ntwo");
        AssertNames(() => FolderCaptionDataset.Read(FolderPath), PathOf("a.txt"), "line 2", "empty");
        Assert.Equal(1, FolderCaptionDataset.Read(FolderPath, new() { EmptyCaptions = EmptyCaptionPolicy.Skip }).SkippedCaptions);
        Write("a.txt", [.. "one\n"u8, 0xFF]);
        AssertNames(() => FolderCaptionDataset.Read(FolderPath), PathOf("a.txt"), "line 2", "UTF-8");
    }
}
