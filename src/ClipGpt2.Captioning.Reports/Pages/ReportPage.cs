using System.Globalization;
using System.Text;
using ClipGpt2.Captioning.Reports.Curves;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Pages;

/// <summary>Renders a run as one page that needs nothing beside it.</summary>
internal sealed class ReportPage(TrainingRun run, ReportData data, IReadOnlyList<EpochFigures> history, Thumbnails thumbnails)
{
    private static readonly string Style = ReadStyle();

    private readonly StringBuilder _page = new();

    /// <summary>How the run ended; null while it goes on.</summary>
    public TrainingResult? Result { get; init; }

    /// <summary>The file of the best checkpoint; null if none is written yet.</summary>
    public string? BestCheckpoint { get; init; }

    public string Render()
    {
        Add($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{Html.Text(run.Name)}</title>\n<style>{Style}</style></head><body>\n");
        AddSummary();
        AddCharts();
        _page.Append(EpochTable.Render(history)).Append(SampleCards.Render(data, thumbnails));
        AddConfiguration();
        return _page.Append(data.ToHtml()).Append("</body></html>\n").ToString();
    }

    private void AddSummary()
    {
        Add($"<h1>{Html.Text(run.Name)}</h1>\n<p class=\"soft\">{Html.Text(RunState.Text(Result))}</p>\n");
        if (Result?.Error is { } error)
        {
            Add($"<p class=\"error\">{Html.Text(error.Message)}</p>\n");
        }

        _page.Append("<dl>");
        AddTile("started", RunState.Started(run));
        AddTile("duration", Html.Duration(TimeSpan.FromSeconds(data.Seconds)));
        AddTile("device", run.Device);
        AddTile("training examples", run.TrainingExamples?.ToString("N0", CultureInfo.InvariantCulture) ?? "a stream");
        AddTile("validation examples", run.ValidationExamples.ToString("N0", CultureInfo.InvariantCulture));
        AddTile("trained weights", run.TrainedWeights.Sum(w => w.Value.Aggregate(1L, (a, b) => a * b)).ToString("N0", CultureInfo.InvariantCulture));
        AddTile("best epoch", history.LastOrDefault(e => e.IsBest)?.Epoch.ToString(CultureInfo.InvariantCulture) ?? "–");
        AddTile("best checkpoint", BestCheckpoint ?? "–", " class=\"path\"");
        _page.Append("</dl>\n");
    }

    private void AddTile(string name, string value, string attributes = "") => Add($"<div{attributes}><dt>{name}</dt><dd>{Html.Text(value)}</dd></div>");

    private void AddCharts()
    {
        _page.Append("<h2>Curves</h2>\n<div class=\"charts\">\n");
        var validations = data.Validations;
        AddChart("Loss per epoch", "epoch", EpochCurves.Losses(history));
        AddChart("Loss by step", "step", [data.Losses.ToCurve("train"), new("validation", [.. validations.Select(v => new CurvePoint(v.Step, v.Loss))])]);
        AddChart("BERTScore", "step", [Metric("bertscore_p", "precision"), Metric("bertscore_r", "recall"), Metric("bertscore_f", "F1")]);
        foreach (var key in validations.SelectMany(v => v.Metrics.Keys).Where(k => k is not ("bertscore_p" or "bertscore_r" or "bertscore_f")).Distinct().Order(StringComparer.Ordinal))
        {
            AddChart(key, "step", [Metric(key, key)]);
        }

        AddChart("Learning rate", "step", [data.LearningRates.ToCurve("learning rate")]);
        _page.Append("</div>\n");

        Curve Metric(string key, string name) => new(name, [.. validations.Where(v => v.Metrics.ContainsKey(key)).Select(v => new CurvePoint(v.Step, v.Metrics[key]))]);
    }

    private void AddChart(string title, string axis, IEnumerable<Curve> curves)
    {
        if (curves.Where(c => c.Drawn.Any()).ToList() is { Count: > 0 } drawn)
        {
            _page.Append(SvgChart.Render(title, axis, drawn));
        }
    }

    private void AddConfiguration()
    {
        _page.Append("<h2>Configuration</h2>\n<div class=\"table\"><table class=\"settings\">\n");
        foreach (var (name, value) in run.Configuration)
        {
            Add($"<tr><th>{Html.Text(name)}</th><td>{Html.Text(value)}</td></tr>\n");
        }

        _page.Append("</table></div>\n");
    }

    private void Add(FormattableString html) => _page.Append(html.ToString(CultureInfo.InvariantCulture));

    private static string ReadStyle()
    {
        using var reader = new StreamReader(typeof(ReportPage).Assembly.GetManifestResourceStream("report.css")!);
        return reader.ReadToEnd();
    }
}
