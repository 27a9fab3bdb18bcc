using System.Text.RegularExpressions;
using System.Xml.Linq;
using ClipGpt2.Captioning.Training;
using SkiaSharp;

namespace ClipGpt2.Captioning.Reports.Tests;

public sealed partial class RunReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_leaves_one_page_with_curves_figures_and_configuration()
    {
        var page = Run(new() { ValidatesBeforeTraining = true });
        Assert.Equal([$"report_{FakeTrainer.Timestamp}.html"], _folder.Names());
        Assert.Equal(["Loss per epoch", "Loss by step", "BERTScore", "cider", "Learning rate"], Captions().Matches(page).Select(m => m.Groups[1].Value));
        Assert.Contains("<tr><th>training_config.batch_size</th><td>16</td></tr>", page, StringComparison.Ordinal);
        Assert.Contains("<tr class=\"best\"><td>1</td>", page, StringComparison.Ordinal);
        Assert.Contains("was completed after 12 steps", page, StringComparison.Ordinal);
        Assert.Contains("<dt>trained weights</dt><dd>15,680</dd>", page, StringComparison.Ordinal);
        Assert.Contains($"{FakeTrainer.RunName}.safetensors</dd>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_epochs_has_rewards_where_there_are_some()
    {
        Assert.Matches("<th>train loss</th><th>train reward</th><th>validation loss</th>(.|\n)*<td>0.6250</td><td>1.7500</td>", Run(new() { Reward = step => step / 4.0 }));
        Assert.DoesNotContain("reward", Run(new()), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_image_has_its_captions_before_training_at_the_best_and_at_the_end()
    {
        var page = Run(new() { ValidatesBeforeTraining = true });
        var card = Article().Match(page).Value;
        Assert.Matches("before training</small>caption 0 of epoch -1</p>.*epoch 1, after 8 steps, the best</small>caption 0 of epoch 1</p>.*epoch 2, after 12 steps</small>caption 0 of epoch 2</p>.*<li>reference 0</li>", card);
        Assert.Equal(2, Article().Count(page));
    }

    [Fact]
    public void Pictures_are_carried_along_small_and_missing_or_broken_ones_are_said_to_be()
    {
        using (var bitmap = new SKBitmap(900, 300))
        {
            bitmap.Erase(SKColors.Red);
            using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
            File.WriteAllBytes(_folder.File("red.png"), png.ToArray());
        }

        var page = Run(new() { Images = [_folder.File("red.png"), _folder.File("missing.jpg"), _folder.Write("broken.jpg", "no picture"), null] });
        Assert.Equal(3, Missing().Count(page));
        var address = Assert.Single(Picture().Matches(page)).Groups[1].Value;
        using var small = SKBitmap.Decode(Convert.FromBase64String(address));
        Assert.Equal((240, 80), (small.Width, small.Height));
        Assert.True(small.GetPixel(120, 40) is { Red: > 250, Green: < 5 }, "The picture is red.");
    }

    [Fact]
    public void Nothing_in_a_page_comes_from_elsewhere_and_no_text_becomes_markup()
    {
        const string Hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)> \"quoted\" & 'so'";
        var page = Run(new()
        {
            Images = [Hostile],
            Configuration = [new(Hostile, Hostile)],
            Metrics = _ => new() { [Hostile] = 1 },
            TrainedWeights = [new(Hostile, [1])],
        });
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page, StringComparison.OrdinalIgnoreCase);
        Assert.Single(Script().Matches(page));

        // Well-formed as XML too, but for what HTML alone leaves open.
        XDocument.Parse(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal)
            .Replace("<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">", "", StringComparison.Ordinal)
            .Replace("&#", "&amp;#", StringComparison.Ordinal));
    }

    [Fact]
    public void A_page_is_there_from_the_start_and_says_that_the_run_goes_on()
    {
        var report = new RunReport(_folder.File("report.html"), _clock);
        var pages = new List<string>();
        new FakeTrainer { Epochs = 1 }.Run(report, new Listener(_ => pages.Add(File.ReadAllText(report.Path!))));
        Assert.All(pages[..^1], page => Assert.Contains("is going on, or was killed", page, StringComparison.Ordinal));
        Assert.DoesNotContain("is going on", pages[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TrainingEnd.Failed, "failed after 6 steps")]
    [InlineData(TrainingEnd.Cancelled, "was cancelled after 6 steps")]
    [InlineData(TrainingEnd.StoppedEarly, "stopped early")]
    public void How_a_run_ended_is_said_and_what_its_error_was(TrainingEnd end, string expected)
    {
        var page = Run(new() { Break = (6, end) });
        Assert.Contains(expected, page, StringComparison.Ordinal);
        Assert.Equal(end == TrainingEnd.Failed, page.Contains("lower the &lt;learning rate&gt;", StringComparison.Ordinal));
    }

    [Fact]
    public void A_resumed_run_goes_on_with_the_page_that_it_left()
    {
        var first = new FakeTrainer { ValidatesBeforeTraining = true, Break = (6, TrainingEnd.Failed) };
        var history = first.Run(new Listener(_ => _clock.Advance(60)), new RunReport(_folder.File("report.html"), _clock)).History;
        var undisturbed = Curves(Run(new() { ValidatesBeforeTraining = true }, "other.html"));
        var page = Run(new() { History = history });
        Assert.Contains("before training</small>caption 0 of epoch -1", page, StringComparison.Ordinal);
        Assert.Equal(undisturbed, Curves(page));
        Assert.Matches("<dt>duration</dt><dd>00:(09|10|11):", page);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("<html>something else</html>")]
    [InlineData("<script type=\"application/json\" id=\"run-data\">{\"Losses\": 3}</script>")]
    [InlineData("<script type=\"application/json\" id=\"run-data\">{ cut off")]
    public void A_resumed_run_without_a_sound_page_begins_one(string? found)
    {
        if (found is not null)
        {
            _folder.Write($"report_{FakeTrainer.Timestamp}.html", found);
        }

        var history = new FakeTrainer { Break = (4, TrainingEnd.Failed), Epochs = 2, StepsPerEpoch = 4 }.Run().History;
        Assert.Contains("was completed", Run(new() { History = [.. history] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_validation_or_with_figures_that_are_no_numbers_the_rest_is_shown()
    {
        var page = Run(new() { Validates = false, Loss = _ => double.NaN });
        Assert.Equal(["Learning rate"], Captions().Matches(page).Select(m => m.Groups[1].Value));
        Assert.Contains("<td>NaN</td><td>–</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<h2>Captions</h2>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_of_the_table_of_epochs_stay_whole_and_the_table_scrolls_by_itself()
    {
        var page = Run(new());
        Assert.Contains("<div class=\"table\"><table class=\"epochs\">", page, StringComparison.Ordinal);
        Assert.Matches(@"\.table \{ overflow-x: auto; \}", page);
        Assert.Matches(@"\ntd, th \{[^}]*white-space: nowrap;|\} td, th \{[^}]*white-space: nowrap;", page);
        Assert.DoesNotMatch(@"(body|table|td|th|\.epochs)[^{}]*\{[^}]*overflow-wrap: anywhere", Style().Match(page).Value.Replace(".settings td", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_chart_of_one_curve_of_its_own_name_has_no_legend()
    {
        var page = Run(new());
        Assert.Contains("<figcaption>cider</figcaption>", page, StringComparison.Ordinal);
        Assert.Contains("<figcaption>Learning rate</figcaption>", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"key c1\">validation</span>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learning_rate_that_never_changes_is_a_level_line_with_brief_labels()
    {
        var page = Run(new() { Epochs = 1, StepsPerEpoch = 5000 });
        var chart = page[page.IndexOf("<figcaption>Learning rate", StringComparison.Ordinal)..];
        Assert.All(TickLabel().Matches(chart[..chart.IndexOf("</figure>", StringComparison.Ordinal)]), label => Assert.InRange(label.Groups[1].Length, 1, 8));
    }

    [Fact]
    public void A_page_stays_small_however_long_the_run()
    {
        var brief = Run(new() { Epochs = 1, StepsPerEpoch = 2000 }).Length;
        Assert.InRange(Run(new() { Epochs = 1, StepsPerEpoch = 50_000 }).Length, brief / 2, brief * 2);
    }

    private string Run(FakeTrainer trainer, string name = "report.html")
    {
        var report = new RunReport(_folder.File(name), _clock);
        trainer.Run(report);
        return File.ReadAllText(report.Path!);
    }

    private static IEnumerable<string> Curves(string page) => CurvePath().Matches(page).Select(m => m.Groups[1].Value);

    [GeneratedRegex("<figcaption>([^<]*?)(?: <span|</figcaption>)")]
    private static partial Regex Captions();

    [GeneratedRegex("<path class=\"curve\" d=\"([^\"]*)\"")]
    private static partial Regex CurvePath();

    [GeneratedRegex("<article.*?</article>")]
    private static partial Regex Article();

    [GeneratedRegex("class=\"missing\"")]
    private static partial Regex Missing();

    [GeneratedRegex("src=\"data:image/jpeg;base64,([^\"]*)\"")]
    private static partial Regex Picture();

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex("text-anchor=\"end\">([^<]*)<")]
    private static partial Regex TickLabel();

    [GeneratedRegex("<script")]
    private static partial Regex Script();
}
