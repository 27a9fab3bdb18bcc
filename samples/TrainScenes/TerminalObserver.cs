using System.Globalization;
using ClipGpt2.Captioning.Training;

namespace TrainScenes;

/// <summary>Shows a run as plain lines: the losses as a small curve after each epoch, and what the model says of some validation scenes.</summary>
internal sealed class TerminalObserver(TextWriter output) : ITrainingObserver
{
    private const string Bars = "▁▂▃▄▅▆▇█";
    private const int ShownCaptions = 3;

    private IReadOnlyList<SampleCaption> _samples = [];

    public void Started(TrainingRun run) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.TrainedWeights.Sum(w => w.Value.Aggregate(1L, (a, b) => a * b)) / 1e6:F2} million weights, {run.Steps} steps"));

    public void Validated(ValidationFigures validation) => _samples = validation.Samples;

    public void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
        var last = history[^1];
        var metrics = string.Concat(last.Metrics.Select(m => string.Create(CultureInfo.InvariantCulture, $"  {m.Key} {m.Value:F3}")));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"step {last.Step,6}  loss {last.TrainLoss:F4} {Curve(history.Select(e => e.TrainLoss))}  validation {last.ValidationLoss:F4}{metrics}  {last.Seconds:F0} s"));
        foreach (var sample in _samples.Take(ShownCaptions))
        {
            output.WriteLine($"    {sample.Caption.Trim()}   (it is: {sample.References[1]})");
        }
    }

    /// <summary>Figures as bars between the least and the largest.</summary>
    private static string Curve(IEnumerable<double> figures)
    {
        var all = figures.ToList();
        var (least, range) = (all.Min(), Math.Max(all.Max() - all.Min(), double.Epsilon));
        return string.Concat(all.Select(f => Bars[(int)Math.Min(Bars.Length - 1, (f - least) / range * Bars.Length)]));
    }
}
