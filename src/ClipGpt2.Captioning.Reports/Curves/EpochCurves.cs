using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Curves;

/// <summary>The curves of a run's epochs. An epoch in which a figure wasn't measured is left out of its curve.</summary>
internal static class EpochCurves
{
    private static readonly (string Key, string Name)[] BertScore = [("bertscore_p", "Precision"), ("bertscore_r", "Recall"), ("bertscore_f", "F1")];

    /// <summary>The losses of training and validation; that of validation only if there is one.</summary>
    public static IReadOnlyList<Curve> Losses(IReadOnlyList<EpochFigures> history) => Measured(
        new("Train Loss", [.. history.Select(e => new CurvePoint(e.Epoch, e.TrainLoss))]),
        new("Val Loss", [.. history.Where(e => e.ValidationLoss is not null).Select(e => new CurvePoint(e.Epoch, e.ValidationLoss!.Value))]));

    /// <summary>Precision, recall and F1, those of them that were measured.</summary>
    public static IReadOnlyList<Curve> BertScores(IReadOnlyList<EpochFigures> history) => Measured([.. BertScore.Select(b => Metric(history, b.Key, b.Name))]);

    /// <summary>All metrics but BERTScore's, by their keys, and the rewards of training.</summary>
    public static IReadOnlyList<Curve> OtherMetrics(IReadOnlyList<EpochFigures> history)
    {
        var keys = history.SelectMany(e => e.Metrics.Keys).Except(BertScore.Select(b => b.Key)).Order(StringComparer.Ordinal);
        var rewards = new Curve("train_reward", [.. history.Where(e => e.TrainReward is not null).Select(e => new CurvePoint(e.Epoch, e.TrainReward!.Value))]);
        return Measured([.. keys.Select(key => Metric(history, key, key)), rewards]);
    }

    private static Curve Metric(IReadOnlyList<EpochFigures> history, string key, string name) =>
        new(name, [.. history.Where(e => e.Metrics.ContainsKey(key)).Select(e => new CurvePoint(e.Epoch, e.Metrics[key]))]);

    private static Curve[] Measured(params Curve[] curves) => [.. curves.Where(c => c.Points.Count > 0)];
}
