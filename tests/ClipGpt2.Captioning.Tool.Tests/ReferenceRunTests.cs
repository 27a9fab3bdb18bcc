using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>The reference program's whole run, started by its own configuration: figures within the spread of its six recorded runs, its log's lines, its plot.</summary>
public sealed partial class ReferenceRunTests : IDisposable
{
    private readonly GoldenRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(42)]
    [InlineData(43)]
    [InlineData(44)]
    public async Task The_run_ends_within_the_spread_of_the_seeds_own(int seed)
    {
        var arguments = _run.Arguments("run", root =>
        {
            root["evaluation_config"] = new JsonObject { ["bertscore_model"] = "models/tiny-roberta", ["bertscore_num_layers"] = 3 };
            root["optimization_config"] = new JsonObject { ["seed"] = seed };
        });
        using var process = Process.Start(GoldenRun.Command(arguments))!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (process.ExitCode, await error));

        var last = JsonDocument.Parse(File.ReadLines(_run.Find("run", "*.history.jsonl")).Last()).RootElement;
        foreach (var (ours, theirs) in new[] { ("train_loss", "train_loss"), ("validation_loss", "validation_loss"), ("bertscore_f1", "f1") })
        {
            CheckWithin(Golden.Json("seed_run/runs.json").GetProperty("runs"), theirs, last.GetProperty(ours).GetDouble());
        }

        CheckLog();
        CheckPlot();
    }

    private static void CheckWithin(JsonElement runs, string figure, double value)
    {
        var recorded = runs.EnumerateArray().Select(run => run.GetProperty(figure).EnumerateArray().Last().GetDouble()).ToList();
        var (low, high) = (recorded.Min(), recorded.Max());
        var half = (high - low) / 2;
        Assert.InRange(value, low - half, high + half);
    }

    /// <summary>The same lines but for times, paths and figures; the best model may be saved in other epochs.</summary>
    private void CheckLog() => Assert.Equal(Lines(Golden.File("seed_run/training.log")), Lines(_run.Log));

    private static List<string> Lines(string log) =>
    [
        .. File.ReadLines(log)
            .Where(line => !line.Contains("Model saved", StringComparison.Ordinal))
            .Select(line => Time().IsMatch(line) ? Time().Replace(line, "") : throw new InvalidOperationException($"'{line}' doesn't begin as the reference program's lines do."))
            .Select(line => Figure().Replace(Place().Replace(line, "PATH"), "N")),
    ];

    /// <summary>1200 x 500, with the curves of both panels in the reference program's colours.</summary>
    private void CheckPlot()
    {
        using var picture = SkiaSharp.SKBitmap.Decode(_run.Find("run", "plots_*.png"));
        Assert.Equal((1200, 500), (picture.Width, picture.Height));
        Assert.True(HasRed(picture, 650, 1200), "The right panel has no red curve.");
        Assert.False(HasRed(picture, 0, 550), "The left panel has one.");
        Assert.True(HasColour(picture, 0, 550), "The left panel has no curve.");
    }

    private static bool HasRed(SkiaSharp.SKBitmap picture, int left, int right) => Any(picture, left, right, c => c is { Red: > 200, Green: < 60, Blue: < 60 });

    private static bool HasColour(SkiaSharp.SKBitmap picture, int left, int right) => Any(picture, left, right, c => Math.Max(c.Red, Math.Max(c.Green, c.Blue)) - Math.Min(c.Red, Math.Min(c.Green, c.Blue)) > 100);

    private static bool Any(SkiaSharp.SKBitmap picture, int left, int right, Func<SkiaSharp.SKColor, bool> matches) =>
        Enumerable.Range(left, right - left).Any(x => Enumerable.Range(0, picture.Height).Any(y => matches(picture.GetPixel(x, y))));

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ")]
    private static partial Regex Time();

    [GeneratedRegex(@"(?<=_path=)'[^']*'|(?<=saved to ).*")]
    private static partial Regex Place();

    [GeneratedRegex(@"\d\.\d{4}\b")]
    private static partial Regex Figure();
}
