namespace ClipGpt2.Captioning.Training;

/// <summary>The figure that decides which model is the best.</summary>
internal sealed class BestFigure(TrainingEvaluationOptions options)
{
    private readonly bool _lowerIsBetter = options.LowerIsBetter ?? options.BestBy.EndsWith("loss", StringComparison.Ordinal);

    /// <summary>Whether a validation is better than the best so far.</summary>
    /// <exception cref="CaptioningException">No metric has such a figure.</exception>
    public bool IsBetter(ValidationFigures figures, ValidationFigures? best)
    {
        var value = Of(figures);
        return best is null || (_lowerIsBetter ? value < Of(best) : value > Of(best));
    }

    private double Of(ValidationFigures figures) => options.BestBy == TrainingEvaluationOptions.ValidationLoss
        ? figures.Loss
        : figures.Metrics.TryGetValue(options.BestBy, out var value)
            ? value
            : throw new CaptioningException(
                $"The best model is to be found by '{options.BestBy}', and a validation has no such figure: give {string.Join(", ", figures.Metrics.Keys.Prepend(TrainingEvaluationOptions.ValidationLoss))} as {nameof(options.BestBy)}, or add the metric.");
}
