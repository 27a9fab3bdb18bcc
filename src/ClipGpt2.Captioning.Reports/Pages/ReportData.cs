using System.Text.Json;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Pages;

/// <summary>What a report gathers while a run goes on, beside the epochs' figures; its page carries it along, for the run may be resumed.</summary>
internal sealed class ReportData
{
    private const string Opening = "<script type=\"application/json\" id=\"run-data\">";
    private const string Closing = "</script>";

    // The default encoder writes no '<', so that nothing inside can end the element.
    private static readonly JsonSerializerOptions Form = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>All validations, without their samples.</summary>
    public List<ValidationFigures> Validations { get; init; } = [];

    /// <summary>The first validation that has samples: the one before training, where there is one.</summary>
    public ValidationFigures? First { get; set; }

    /// <summary>The best validation that has samples.</summary>
    public ValidationFigures? Best { get; set; }

    /// <summary>The newest validation that has samples.</summary>
    public ValidationFigures? Last { get; set; }

    public StepCurve Losses { get; init; } = new();

    public StepCurve LearningRates { get; init; } = new();

    /// <summary>The time that the run took before it was resumed, and has taken in all when this is written.</summary>
    public double Seconds { get; set; }

    /// <summary>The data in the page of a run that goes on at a step; empty data if there is no such page.</summary>
    public static ReportData Resume(string path, long step)
    {
        var data = Read(path) ?? new();
        data.Validations.RemoveAll(v => v.Step > step);
        data.Losses.CutAfter(step);
        data.LearningRates.CutAfter(step);
        data.First = Until(data.First);
        data.Best = Until(data.Best);
        data.Last = Until(data.Last);
        return data;

        ValidationFigures? Until(ValidationFigures? validation) => validation?.Step <= step ? validation : null;
    }

    public void Add(ValidationFigures validation)
    {
        Validations.Add(validation with { Samples = [] });
        if (validation.Samples.Count == 0)
        {
            return;
        }

        First ??= validation;
        Best = validation.IsBest ? validation : Best;
        Last = validation;
    }

    /// <summary>The element that holds the data.</summary>
    public string ToHtml() => $"{Opening}{JsonSerializer.Serialize(this, Form)}{Closing}\n";

    /// <summary>A report is made for looking at: one that can't be read, or was changed by hand, must not keep a run from going on.</summary>
    private static ReportData? Read(string path)
    {
        try
        {
            var page = File.ReadAllText(path);
            var start = page.IndexOf(Opening, StringComparison.Ordinal) + Opening.Length;
            var end = page.IndexOf(Closing, start, StringComparison.Ordinal);
            return start < Opening.Length || end < 0 ? null : JsonSerializer.Deserialize<ReportData>(page.AsSpan(start, end - start), Form);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
