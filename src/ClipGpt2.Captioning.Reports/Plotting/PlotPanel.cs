using ClipGpt2.Captioning.Reports.Curves;

namespace ClipGpt2.Captioning.Reports.Plotting;

/// <summary>One panel of a plot: curves over epochs, under a title, beside a label.</summary>
internal sealed record PlotPanel(string Title, string Label, IReadOnlyList<Curve> Curves, IReadOnlyList<string> Colors)
{
    /// <summary>The colours that matplotlib takes in turn.</summary>
    private static readonly string[] Cycle = ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"];

    public static PlotPanel Losses(IReadOnlyList<Curve> curves) => new("Loss per Epoch", "Loss", curves, Cycle);

    /// <summary>BERTScore in the reference program's colours.</summary>
    public static PlotPanel BertScores(IReadOnlyList<Curve> curves) => new("BERT Scores on Validation Set", "Score", curves, ["#0000ff", "#ff0000", "#008000"]);

    public static PlotPanel Metrics(IReadOnlyList<Curve> curves) => new("Metrics on Validation Set", "Score", curves, Cycle);
}
