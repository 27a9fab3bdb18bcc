using ClipGpt2.Captioning.Reports.Curves;

namespace ClipGpt2.Captioning.Reports.Pages;

/// <summary>A figure over all steps of a run in bounded memory: means of equally many steps.</summary>
internal sealed class StepCurve
{
    private const int MostBins = 512;

    /// <summary>The bins so far, the last one perhaps not full.</summary>
    public List<StepBin> Bins { get; init; } = [];

    /// <summary>How many steps make a bin.</summary>
    public long Width { get; set; } = 1;

    /// <summary>Takes a step's figure; steps come in their order.</summary>
    public void Add(long step, double value)
    {
        if (Bins.Count > 0 && Bins[^1].Count < Width)
        {
            Bins[^1] = Bins[^1].With(new(step, value, 1));
            return;
        }

        if (Bins.Count == MostBins)
        {
            JoinPairs();
        }

        Bins.Add(new(step, value, 1));
    }

    /// <summary>Forgets what comes after a step.</summary>
    public void CutAfter(long step) => Bins.RemoveAll(b => b.Step > step);

    public Curve ToCurve(string name) => new(name, [.. Bins.Select(b => new CurvePoint(b.Step, b.Mean))]);

    private void JoinPairs()
    {
        for (var i = 0; i < MostBins / 2; i++)
        {
            Bins[i] = Bins[2 * i].With(Bins[(2 * i) + 1]);
        }

        Bins.RemoveRange(MostBins / 2, MostBins / 2);
        Width *= 2;
    }
}

/// <summary>The mean of some steps' figures.</summary>
/// <param name="Step">The last of the steps.</param>
/// <param name="Mean">The mean.</param>
/// <param name="Count">How many steps.</param>
internal readonly record struct StepBin(long Step, double Mean, long Count)
{
    /// <summary>Both bins as one.</summary>
    public StepBin With(StepBin later) => new(later.Step, ((Mean * Count) + (later.Mean * later.Count)) / (Count + later.Count), Count + later.Count);
}
