using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Projectors;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What a configuration's keys ask of each other beyond what the trainer's options do (<see cref="TrainerRules"/>): those of metrics that aren't loaded yet, and of models.</summary>
internal static class ConfigurationRules
{
    private const string PerCaption = "evaluation_config.per_caption";
    private const string Metrics = "evaluation_config.metrics";

    public static void Check(TrainingConfiguration configuration, ConfigurationErrors errors)
    {
        var evaluation = configuration.EvaluationConfig;
        var prefix = configuration.Gpt2Config.VisualTokensLength;
        errors.AddUnless(
            !configuration.ProjectorConfig.PassesFeatures || prefix == 1,
            $"is {prefix}; with projector_config.kind \"{configuration.ProjectorConfig.Kind}\" an embedding is one visual token, so it must be 1",
            "gpt2_config.visual_tokens_length", "projector_config.kind");
        errors.AddUnless(
            evaluation.MaxLength > prefix,
            $"is {evaluation.MaxLength}; the prefix counts too, so it must be above gpt2_config.visual_tokens_length ({prefix})",
            "evaluation_config.max_length", "gpt2_config.visual_tokens_length");

        var kinds = evaluation.MetricNames.Select(configuration.Kinds.Metrics.Find).OfType<CaptionMetricKind>().ToList();
        var ofPictures = kinds.Find(kind => kind.Needs.HasFlag(CaptionMetricNeeds.Pictures));
        errors.AddUnless(
            !evaluation.PerCaption || ofPictures is null,
            $"is true; {ofPictures?.Name} is about pictures, so it needs false, or {Metrics} without it",
            PerCaption, Metrics);

        string[] figures = [TrainingEvaluationOptions.ValidationLoss, .. kinds.SelectMany(kind => kind.Keys)];
        errors.AddUnless(
            figures.Contains(evaluation.BestBy),
            $"is {ConfigurationContract.Text(evaluation.BestBy)}; with these {Metrics} it must be one of {string.Join(", ", figures)}",
            "evaluation_config.best_by", Metrics);
    }
}
