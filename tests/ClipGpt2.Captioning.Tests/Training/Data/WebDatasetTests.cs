using ClipGpt2.Captioning.Tests.Images;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Tests.Training.Data;

/// <summary>Tar shards as a stream.</summary>
public sealed class WebDatasetTests : DataFolder
{
    [Fact]
    public void Files_of_one_key_make_a_sample_and_others_are_left_aside()
    {
        var path = Write("train.tar", TarShards.Of(
            ("./a/000.jpg", "jpeg"), ("./a/000.txt", "one\ntwo\n"), ("./a/000.json", "{}"), ("a/001.cls", "3"), ("a/001.json", """{"caption": "three", "width": 3}"""),
            ("a/001.seg.png", "no picture"), ("a/001.PNG", "png"), ("a/._002.jpg", "hidden"), ("README", "x"), ("b.c/001.webp", "webp"), ("b.c/001.json", """{"captions": ["four", "five"]}""")));
        var examples = WebDatasetCaptionStream.Open(path).Read(0).ToList();
        Assert.Equal(["one", "two", "three", "four", "five"], examples.Select(example => example.Caption));
        Assert.Equal([$"{path}/a/000", $"{path}/a/001", $"{path}/b.c/001"], examples.Select(example => example.ImageId).Distinct());
        Assert.Equal([$"{path}/a/000.jpg", $"{path}/a/001.png", $"{path}/b.c/001.webp"], examples.Select(example => example.Image!.Name).Distinct());
        Assert.Equal([$"{path}: a/000.txt, line 2", $"{path}: a/001.json", $"{path}: b.c/001.json, captions[0]"], examples.Skip(1).Take(3).Select(example => example.Location));
    }

    [Fact]
    public void Pictures_are_decoded_from_the_shard()
    {
        var picture = Encoded.Png(2, 1, 8, 0, [[7, 9]]);
        var path = Write("train.tar", TarShards.Of(("0.png", picture), ("0.txt", "a"u8.ToArray()), ("1.png", picture[..40]), ("1.txt", "b"u8.ToArray())));
        var report = CaptionDatasetCheck.Run(WebDatasetCaptionStream.Open(path), new() { DecodeImages = true });
        var problem = Assert.Single(report.Problems);
        Assert.Equal((2, 2, CaptionDatasetProblemKind.BrokenImage, $"{path}/1"), (report.Examples, report.Images, problem.Kind, problem.ImageId));
        Assert.Contains($"{path}/1.png", problem.Message, StringComparison.Ordinal);
        Write("train.tar", "");
        var gone = CaptionDatasetCheck.Run(new InMemoryCaptionDataset([new() { ImageId = "x", Caption = "x", Image = ImageSource.FromFileSection(path, 512, 10, "x.png") }]), new() { DecodeImages = true });
        Assert.Contains("x.png", Assert.Single(gone.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_are_read_one_after_the_other_or_in_an_order_of_the_epoch()
    {
        for (var i = 0; i < 10; i++)
        {
            Write($"train-{i:000}.tar", TarShards.Of(("0.jpg", "x"), ("0.txt", $"{i}")));
        }

        var pattern = PathOf("train-{000..009}.tar");
        Assert.Equal("0123456789", Captions(WebDatasetCaptionStream.Open(pattern), 3));
        var shuffled = WebDatasetCaptionStream.Open(pattern, new() { ShardSeed = 7 });
        Assert.NotEqual(Captions(shuffled, 0), Captions(shuffled, 1));
        Assert.Equal(Captions(shuffled, 1), Captions(WebDatasetCaptionStream.Open(pattern, new() { ShardSeed = 7 }), 1));
        Assert.Equal("0123456789", string.Concat(Captions(shuffled, 1).Order()));
        AssertNames(() => WebDatasetCaptionStream.Open(PathOf("train-{000..010}.tar")), PathOf("train-010.tar"), "one of 11");
    }

    [Fact]
    public void A_shard_cut_anywhere_is_told_with_the_key_and_never_read_as_whole()
    {
        var whole = TarShards.Of(("000.jpg", new string('x', 700)), ("000.txt", "a"), ("001.jpg", "y"), ("001.txt", "b"));
        const int FirstData = 3 * 512; // two blocks of attributes and the header come first
        var read = 0;
        for (var length = 0; length <= whole.Length - 1024; length += 128)
        {
            var path = Write("cut.tar", whole[..length]);
            var error = Assert.Throws<CaptioningException>(() => WebDatasetCaptionStream.Open(path).Read(0).Select(example => read = example.Caption.Length).Count());
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains("cut", error.Message, StringComparison.Ordinal);
            Assert.True(length < FirstData || error.Message.Contains("000", StringComparison.Ordinal) || error.Message.Contains("001", StringComparison.Ordinal), error.Message);
        }

        Assert.Equal(1, read);
        Assert.Equal(2, WebDatasetCaptionStream.Open(Write("cut.tar", whole)).Read(0).Count());
    }

    [Theory]
    [InlineData("0.txt", "a", "0.cls", "3", "no picture")]
    [InlineData("0.jpg", "x", "0.cls", "3", "no captions")]
    [InlineData("0.jpg", "x", "0.png", "y", "two pictures")]
    [InlineData("0.jpg", "x", "0.txt", " \n", "empty")]
    [InlineData("0.jpg", "x", "0.json", "{\"caption\": 3}", "caption", "a number")]
    [InlineData("0.jpg", "x", "0.json", "{\"caption\": \"a", "JSON")]
    [InlineData("0.jpg", "x", "0.json", "{\"url\": \"a\"}", "neither 'caption' nor 'captions'")]
    public void A_broken_sample_is_told_with_shard_and_key(string first, string firstText, string second, string secondText, params string[] named)
    {
        var path = Write("broken.tar", TarShards.Of(("7.jpg", "x"), ("7.txt", "fine"), (first, firstText), (second, secondText)));
        AssertNames(() => WebDatasetCaptionStream.Open(path).Read(0).Count(), [path, "0", .. named]);
    }

    [Fact]
    public void Invalid_UTF8_and_files_that_are_no_tar_are_told()
    {
        var latin = Write("latin.tar", TarShards.Of(("0.jpg", [1]), ("0.txt", [.. "a\n"u8, 0xE9])));
        AssertNames(() => WebDatasetCaptionStream.Open(latin).Read(0).Count(), latin, "0.txt", "line 2", "UTF-8");
        var text = Write("text.tar", new string('x', 3000));
        AssertNames(() => WebDatasetCaptionStream.Open(text).Read(0).Count(), text, "no tar");
    }

    [Fact]
    public void Empty_captions_are_skipped_and_counted_where_the_options_say_so()
    {
        var path = Write("train.tar", TarShards.Of(("0.jpg", "x"), ("0.txt", ""), ("1.jpg", "x"), ("1.txt", "a")));
        var stream = WebDatasetCaptionStream.Open(path, new() { EmptyCaptions = EmptyCaptionPolicy.Skip });
        Assert.Equal("a", Captions(stream, 0));
        Assert.Equal(1, stream.SkippedCaptions);
    }

    [Fact]
    public void A_pass_ends_when_it_is_cancelled()
    {
        var path = Write("train.tar", TarShards.Of(("0.jpg", "x"), ("0.txt", "a\nb")));
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => WebDatasetCaptionStream.Open(path).Read(0, cancellation.Token).Select(_ => cancellation.CancelAsync()).Count());
    }

    [Theory]
    [InlineData("x.tar", "x.tar")]
    [InlineData("{8..11}.tar", "8.tar 9.tar 10.tar 11.tar")]
    [InlineData("s/{008..010}.tar", "s/008.tar s/009.tar s/010.tar")]
    [InlineData("{train,val}-{0..1}", "train-0 train-1 val-0 val-1")]
    public void Braces_stand_for_ranges_and_lists(string pattern, string paths) => Assert.Equal(paths.Split(' '), BracePattern.Expand(pattern));

    [Theory]
    [InlineData("{000..009.tar")]
    [InlineData("{9..0}.tar")]
    [InlineData("{a..c}.tar")]
    [InlineData("{0..9999999}.tar")]
    [InlineData("{0..9999}{0..9999}.tar")]
    [InlineData("{}.tar")]
    public void Braces_that_mean_nothing_are_told(string pattern) => AssertNames(() => BracePattern.Expand(pattern), pattern, "{000..009}");

    private static string Captions(WebDatasetCaptionStream stream, int epoch) => string.Concat(stream.Read(epoch).Select(example => example.Caption));
}
