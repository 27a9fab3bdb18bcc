using ClipGpt2.Captioning.Training.Data;

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

    [Fact]
    public void A_header_can_be_denied()
    {
        var path = Write("table.csv", "caption,image\n");
        Assert.Equal("caption", CsvCaptionDataset.Read(path, new() { Columns = { Header = false } })[0].Caption);
    }

    [Theory]
    [InlineData("a,a.jpg\nb,b.jpg,more\n", "line 2", "3 fields")]
    [InlineData("a,a.jpg\n\n\nb\n", "line 4", "1 fields")]
    [InlineData("a,a.jpg\n\"b,b.jpg\n", "line 2", "never closed")]
    [InlineData("a,a.jpg\n\"b\" c,b.jpg\n", "line 2", "closing quote")]
    [InlineData("a,a.jpg\n  ,b.jpg\n", "line 2", "caption", "empty")]
    [InlineData("a,a.jpg\nb,\n", "line 2", "image", "empty")]
    [InlineData("a,a.jpg\nb,http://example.org/b.jpg\n", "line 2", "http://example.org/b.jpg")]
    [InlineData("a\nb\n", "no column '2' for the image", "'a'")]
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
