namespace ClipGpt2.Captioning.Metrics.Reports;

/// <summary>One caption of a <see cref="ScoreSheet"/>.</summary>
/// <param name="ImageId">The image's file name or id.</param>
/// <param name="ModelName">The model that wrote the caption.</param>
/// <param name="Caption">The caption.</param>
/// <param name="Score">0, 1 or 2; null if nobody has scored it yet.</param>
public sealed record ScoreSheetRow(string ImageId, string ModelName, string Caption, int? Score = null);
