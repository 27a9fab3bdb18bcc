using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>A run on a terminal: a few lines, each cut to the window's width, whatever that is.</summary>
internal sealed class RunScreen(RunView view) : IRenderable
{
    private const int MostSamples = 5;
    private const int WidestBar = 40;
    private const int WidestSparkline = 32;

    private static readonly Style Soft = new(Color.Grey);
    private static readonly Style Strong = new(decoration: Decoration.Bold);
    private static readonly Style Good = new(Color.Green);
    private static readonly Style Bad = new(Color.Red);

    public Measurement Measure(RenderOptions options, int maxWidth) => new(0, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (var line in Lines(maxWidth, options.Unicode))
        {
            foreach (var segment in Cut(line, maxWidth))
            {
                yield return segment;
            }

            yield return Segment.LineBreak;
        }
    }

    private static IEnumerable<Segment> Cut(Segment[] line, int width)
    {
        foreach (var segment in line.Where(s => s.Text.Length > 0))
        {
            if (width <= 0 || Segment.Truncate(segment, width) is not { } part)
            {
                yield break;
            }

            yield return part;
            width -= part.CellCount();
        }
    }

    private IEnumerable<Segment[]> Lines(int width, bool unicode)
    {
        if (view.Run is { } run)
        {
            yield return [new(Printable.Line(run.Name), Strong), new($" on {run.Device}", Soft)];
        }

        if (view.Result is { } result)
        {
            yield return [new(RunText.End(result), result.End == TrainingEnd.Failed ? Bad : Good)];
        }
        else if (view.Progress is { } progress)
        {
            yield return Position(progress, width, unicode);
        }

        if (view.Progress is { Phase: not TrainingPhase.Embedding } now)
        {
            var reward = RunText.Reward(now.Reward);
            var course = RunText.Sparkline(view.Losses, Math.Min(WidestSparkline, width - 30 - reward.Length), unicode);
            yield return [new("loss "), new(RunText.Loss(now.Loss), Strong), new($"  mean {RunText.Loss(now.MeanLoss)}{reward}  "), new(course, Good)];
        }

        if (view is { Result: null, Progress: { } pace })
        {
            yield return [new(Pace(pace), Soft)];
        }

        foreach (var line in Validation())
        {
            yield return line;
        }
    }

    private Segment[] Position(TrainingProgress progress, int width, bool unicode)
    {
        var (place, done) = (RunText.Place(progress, view.Run), RunText.Done(progress));
        return progress.Total is > 0 and { } total
            ? [new($"{place} "), new(RunText.Bar((double)progress.Done / total, Math.Min(WidestBar, width - place.Length - done.Length - 2), unicode), Good), new($" {done}")]
            : [new($"{place} {done}")];
    }

    private static string Pace(TrainingProgress progress)
    {
        var rate = progress.Phase == TrainingPhase.Embedding ? "" : $"  learning rate {RunText.Rate(progress.LearningRate)}";
        return $"{RunText.Speed(progress.ExamplesPerSecond)}{rate}  {RunText.Time(progress.Elapsed)}, {RunText.Time(progress.Remaining)} left";
    }

    private IEnumerable<Segment[]> Validation()
    {
        if (view.Validation is { } validation)
        {
            yield return [new(When(validation)), new(validation.IsBest ? " (best)" : "", Good), new($": {RunText.Figures(validation.Loss, validation.Metrics, view.BestBy)}")];
            if (view.Best is { } best && !validation.IsBest)
            {
                yield return [new($"best, {When(best)}: {RunText.Figures(best.Loss, best.Metrics, view.BestBy)}", Soft)];
            }
        }

        foreach (var sample in (view.Samples?.Samples ?? []).Take(MostSamples))
        {
            yield return [new($"  {Printable.Line(Path.GetFileName(sample.Image ?? sample.ImageId))}  ", Soft), new(Printable.Line(sample.Caption))];
        }
    }

    private static string When(ValidationFigures validation) => validation.Epoch < 0 ? "before training" : $"epoch {validation.Epoch}";
}
