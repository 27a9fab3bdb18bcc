using System.Text.Json;
using ClipGpt2.Captioning.Tests.Images;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tests.Training.Data;

public sealed class CaptionDatasetCheckTests : DataFolder
{
    private static readonly string[] Names = ["ok", "gone", "ok", "broken", "gone"];
    private static readonly float[] Embedding = [1];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Missing_and_broken_pictures_and_empty_captions_are_found(int threads)
    {
        Write("ok.png", Encoded.Png(1, 1, 8, 0, [[7]]));
        Write("broken.png", "no picture");
        var path = Write("train.json", JsonSerializer.Serialize(Names.Select((name, i) => new { image = PathOf($"{name}.png"), caption = i == 2 ? "" : "a" })));
        var data = ProcessedCaptionDataset.Read(path, new() { EmptyCaptions = EmptyCaptionPolicy.Keep });
        var report = CaptionDatasetCheck.Run(data, new() { DecodeImages = true, Threads = threads });
        Assert.Equal((5, 3), (report.Examples, report.Images));
        Assert.Equal(
            [(CaptionDatasetProblemKind.MissingImage, 1L, 2), (CaptionDatasetProblemKind.EmptyCaption, 2L, 1), (CaptionDatasetProblemKind.BrokenImage, 3L, 1)],
            report.Problems.Select(problem => (problem.Kind, problem.Index, problem.Examples)));
        Assert.Equal((PathOf("gone.png"), $"{path}: [1]"), (report.Problems[0].ImageId, report.Problems[0].Location));
        Assert.Contains("gone.png", report.Problems[0].Message, StringComparison.Ordinal);
        Assert.Equal(0, CaptionDatasetCheck.Run(data).Count(CaptionDatasetProblemKind.BrokenImage));
    }

    [Fact]
    public void Reports_are_written_as_lines_and_as_a_table()
    {
        var report = CaptionDatasetCheck.Run(new OwnDataset(
            new() { ImageId = "a,\"b\".jpg", Caption = "é", Image = PathOf("gone.jpg"), Location = "own:1" },
            new() { ImageId = "c", Caption = "a" },
            null,
            new() { ImageId = "d", Caption = "a", Embedding = Embedding }));
        Assert.Equal(
            [CaptionDatasetProblemKind.MissingImage, CaptionDatasetProblemKind.NoImage, CaptionDatasetProblemKind.UnreadableExample], report.Problems.Select(problem => problem.Kind));
        report.WriteJsonLines(PathOf("report.jsonl"));
        var first = JsonDocument.Parse(File.ReadLines(PathOf("report.jsonl")).First()).RootElement;
        Assert.Equal(("missing_image", "a,\"b\".jpg", "own:1"), (first.GetProperty("kind").GetString(), first.GetProperty("image_id").GetString(), first.GetProperty("location").GetString()));
        report.WriteCsv(PathOf("report.csv"));
        var table = File.ReadAllLines(PathOf("report.csv"));
        Assert.Equal(4, table.Length);
        Assert.StartsWith("missing_image,0,\"a,\"\"b\"\".jpg\",own:1,", table[1], StringComparison.Ordinal);
        Assert.Equal("unreadable_example,2,,,Example 2 is lost.,1", table[3]);
        var nowhere = Assert.Throws<CaptioningException>(() => report.WriteCsv(PathOf("report.csv/report.csv")));
        Assert.Contains("report.csv/report.csv", nowhere.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_can_be_cancelled_and_tells_how_far_it_is()
    {
        var data = new OwnDataset([.. Enumerable.Range(0, 2500).Select(i => new CaptionExample { ImageId = $"{i}", Caption = "a", Embedding = Embedding })]);
        var told = new List<long>();
        CaptionDatasetCheck.Run(data, new() { Threads = 1 }, new Told(told));
        Assert.Equal([1000, 2000, 2500], told);
        Assert.Throws<OperationCanceledException>(() => CaptionDatasetCheck.Run(data, token: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_stream_that_breaks_ends_the_check_with_its_error()
    {
        var path = Write("cut.tar", TarShards.Of(("0.jpg", "x"), ("0.txt", "a"))[..^1024]);
        AssertNames(() => CaptionDatasetCheck.Run(WebDatasetCaptionStream.Open(path)), path, "cut");
    }

    [Fact]
    public void Options_are_checked()
    {
        AssertNames(() => CaptionDatasetCheck.Run(new OwnDataset(), new() { Threads = 0 }), "Threads");
    }

    private sealed class OwnDataset(params CaptionExample?[] examples) : ICaptionDataset
    {
        public int Count => examples.Length;

        public CaptionExample this[int index] => examples[index] ?? throw new CaptioningException($"Example {index} is lost.");
    }

    private sealed class Told(List<long> numbers) : IProgress<long>
    {
        public void Report(long value) => numbers.Add(value);
    }
}
