using ClipGpt2.Captioning.Metrics.Reports;
using CsCheck;

namespace ClipGpt2.Captioning.Metrics.Tests.Reports;

public sealed class ScoreSheetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Models_rank_by_their_totals_and_equal_ones_share_a_rank()
    {
        var sheet = new ScoreSheet(
        [
            new("1", "b", "x", 2), new("2", "b", "x", 1), new("1", "a", "x", 1), new("2", "a", "x", 2),
            new("1", "c", "x", 0), new("2", "c", "x", 1), new("1", "d", "x", 2), new("2", "d", "x", 2),
        ]);
        Assert.Equal([(1, "d", 4), (2, "a", 3), (2, "b", 3), (4, "c", 1)], sheet.Rank().Select(r => (r.Rank, r.ModelName, r.TotalScore)));
        Assert.Equal(75, sheet.Rank()[1].Accuracy);
    }

    [Fact]
    public void What_is_written_is_read_again() =>
        Gen.Select(Captions.AnyText, Captions.AnyText, Gen.Int[-1, 2]).Array[0, 5].Sample(
            rows =>
            {
                // Halves of surrogate pairs have no UTF-8.
                var sheet = new ScoreSheet([.. rows.Select(r => new ScoreSheetRow(Sound(r.Item1), "m", Sound(r.Item2), r.Item3 < 0 ? null : r.Item3))]);
                sheet.Write(_folder.File("sheet.csv"));
                Assert.Equal(sheet.Rows, ScoreSheet.Read(_folder.File("sheet.csv")).Rows);
            },
            iter: 200,
            threads: 1);

    [Fact]
    public void The_seeds_inference_table_is_a_sheet_without_scores()
    {
        var sheet = ScoreSheet.Read(_folder.Write("sheet.csv", "image_id,model_name,caption\r\na.jpg,m.pkl,\"x, y\"\r\n"));
        Assert.Equal(new ScoreSheetRow("a.jpg", "m.pkl", "x, y"), Assert.Single(sheet.Rows));
        Assert.Contains("'a.jpg'", Assert.Throws<CaptioningException>(sheet.Rank).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("image_id,caption\n", "lacks model_name")]
    [InlineData("image_id,model_name,caption,score\na,m,x,3\n", "line 2: the score is '3'")]
    [InlineData("image_id,model_name,caption,score\na,m,\"x\ny\",1\nb,m,x,good\n", "line 4: the score is 'good'")]
    [InlineData("image_id,model_name,caption,score\na,m,x\n", "line 2: 3 fields")]
    [InlineData("image_id,model_name,caption,score\na,m,\"x,1\n", "line 2: a quote is not closed")]
    [InlineData("image_id,model_name,caption,score\na,m,\"x\"y,1\n", "line 2: text follows a closing quote")]
    public void A_wrong_sheet_is_refused_by_its_line(string content, string place)
    {
        var path = _folder.Write("sheet.csv", content);
        var message = Assert.Throws<CaptioningException>(() => ScoreSheet.Read(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Sound(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));
}
