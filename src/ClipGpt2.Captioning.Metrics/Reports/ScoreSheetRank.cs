namespace ClipGpt2.Captioning.Metrics.Reports;

/// <summary>A model's place in the ranking of a <see cref="ScoreSheet"/>.</summary>
/// <param name="Rank">From 1; models with equal totals share it.</param>
/// <param name="ModelName">The model.</param>
/// <param name="TotalScore">The sum of its captions' scores.</param>
/// <param name="Images">How many captions it wrote.</param>
/// <param name="Accuracy">The total in percent of what it could have been.</param>
public sealed record ScoreSheetRank(int Rank, string ModelName, int TotalScore, int Images, double Accuracy);
