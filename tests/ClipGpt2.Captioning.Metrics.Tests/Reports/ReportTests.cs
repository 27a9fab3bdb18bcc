using System.Text.Json;
using ClipGpt2.Captioning.Metrics.Comparison;
using ClipGpt2.Captioning.Metrics.Diversity;
using ClipGpt2.Captioning.Metrics.Reports;

namespace ClipGpt2.Captioning.Metrics.Tests.Reports;

public sealed class ReportTests
{
    private static readonly EvaluationResult Result = CaptionEvaluator.Standard().With(new DiversityMetric()).Evaluate(
        new CaptionCorpus([new CaptionedImage("a,b", "a <dog> runs", ["a dog runs & jumps"]), new CaptionedImage("2", "a cat", ["two birds"])]));

    [Fact]
    public void The_table_has_the_standard_columns_first_and_all_digits()
    {
        using var writer = new StringWriter();
        PerImageCsv.Write(Result, writer);
        var lines = writer.ToString().Split("\r\n");
        Assert.Equal("image_id,bleu_1,bleu_2,bleu_3,bleu_4,meteor,rouge_l,cider,length", lines[0]);
        Assert.StartsWith("\"a,b\",", lines[1], StringComparison.Ordinal);
        Assert.Equal(Result["rouge_l"].PerImage[1], double.Parse(lines[2].Split(',')[6], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void The_page_shows_worst_and_best_and_escapes_captions()
    {
        using var folder = new TemporaryFolder();
        HtmlReport.Write(Result, folder.File("page.html"), new HtmlReportOptions { OrderBy = "rouge_l", Count = 1, Picture = id => $"images/{id}.jpg" });
        var page = File.ReadAllText(folder.File("page.html"));
        Assert.Contains("a &lt;dog&gt; runs", page, StringComparison.Ordinal);
        Assert.Contains("images/a,b.jpg", page, StringComparison.Ordinal);
        Assert.True(page.IndexOf("two birds", StringComparison.Ordinal) < page.IndexOf("&lt;dog&gt;", StringComparison.Ordinal));
    }

    /// <summary>What a browser shows of it was looked at; these are the rules that it goes by.</summary>
    [Fact]
    public void The_page_suits_narrow_windows_and_the_dark_scheme_and_keeps_figures_whole()
    {
        using var folder = new TemporaryFolder();
        HtmlReport.Write(Result, folder.File("page.html"));
        var page = File.ReadAllText(folder.File("page.html"));
        Assert.Contains("<meta name=\"viewport\" content=\"width=device-width\">", page, StringComparison.Ordinal);
        Assert.Contains("color-scheme: light dark", page, StringComparison.Ordinal);
        Assert.Contains("@media (prefers-color-scheme: dark)", page, StringComparison.Ordinal);
        Assert.Contains("<div class=\"table\"><table>", page, StringComparison.Ordinal);
        Assert.Contains("article > div { min-width: 0; overflow-wrap: anywhere; }", page, StringComparison.Ordinal);
        Assert.Matches("<div class=\"figures\"><span>bleu_1 [0-9.]+</span> · <span>bleu_2 ", page);
    }

    [Fact]
    public void The_json_has_values_and_intervals()
    {
        using var stream = new MemoryStream();
        EvaluationJson.Write(Result, stream, new BootstrapOptions { Samples = 20 });
        using var json = JsonDocument.Parse(stream.ToArray());
        Assert.Equal(2, json.RootElement.GetProperty("images").GetInt32());
        var bleu = json.RootElement.GetProperty("metrics")[0];
        Assert.Equal("BLEU", bleu.GetProperty("name").GetString());
        Assert.Equal(Result["bleu_1"].Corpus, bleu.GetProperty("scores")[0].GetProperty("value").GetDouble());
        Assert.True(bleu.GetProperty("scores")[0].TryGetProperty("low", out _));
    }

    [Fact]
    public void A_page_makes_its_folder_and_one_that_cannot_be_written_is_named()
    {
        using var folder = new TemporaryFolder();
        var page = folder.File("new/page.html");
        HtmlReport.Write(Result, page);
        Assert.True(File.Exists(page));

        var inFile = Path.Combine(page, "page.html");
        Assert.Contains($"'{inFile}' can't be written", Assert.Throws<CaptioningException>(() => HtmlReport.Write(Result, inFile)).Message, StringComparison.Ordinal);
    }
}
