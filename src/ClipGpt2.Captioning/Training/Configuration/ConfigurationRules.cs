using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Training.Optimization;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>What a configuration's keys ask of each other.</summary>
internal static class ConfigurationRules
{
    private const string Momentum = "optimization_config.momentum";
    private const string TrainEncoder = "optimization_config.train_encoder";
    private const string PerCaption = "evaluation_config.per_caption";
    private const string SelfCritical = "self_critical_config";
    private const string Metrics = "evaluation_config.metrics";

    public static void Check(TrainingConfiguration configuration, ConfigurationErrors errors)
    {
        CheckOptimization(configuration.OptimizationConfig, errors);
        CheckFreezing(configuration, errors);
        CheckEvaluation(configuration, errors);
        if (configuration.SelfCriticalConfig is { } selfCritical)
        {
            CheckSelfCritical(selfCritical, configuration.OptimizationConfig, errors);
        }
    }

    private static void CheckSelfCritical(SelfCriticalSection selfCritical, OptimizationSection optimization, ConfigurationErrors errors)
    {
        errors.AddUnless(
            selfCritical.Samples > 1 || selfCritical.Baseline != SelfCriticalBaseline.OtherSamples,
            "is 1; a single sample has no others, so it must be 2 or more, or self_critical_config.baseline \"greedy\"",
            "self_critical_config.samples", "self_critical_config.baseline");
        errors.AddUnless(
            optimization.Objective == CaptionObjective.Corrected,
            $"is {ConfigurationContract.Text(optimization.Objective)}; captions that the model draws end with one end token and have no padding, so with self_critical_config it must be \"corrected\"",
            "optimization_config.objective", SelfCritical);
        errors.AddUnless(
            optimization.LabelSmoothing == 0,
            $"is {ConfigurationContract.Text(optimization.LabelSmoothing)}; captions that the model draws have no labels to smooth, so with self_critical_config it must be 0",
            "optimization_config.label_smoothing", SelfCritical);
    }

    private static void CheckOptimization(OptimizationSection optimization, ConfigurationErrors errors)
    {
        var nesterov = "optimization_config.nesterov";
        errors.AddUnless(!optimization.Nesterov || optimization.Momentum > 0, $"is true; it needs a {Momentum} above 0", nesterov, Momentum);
        errors.AddUnless(
            optimization.CorrectBias || optimization.Optimizer == OptimizerKind.TransformersAdamW,
            "is false; only the optimizer \"transformers_adamw\" goes without the correction",
            "optimization_config.correct_bias", "optimization_config.optimizer");
        errors.AddUnless(!optimization.Nesterov || optimization.Dampening == 0, "is true; it needs an optimization_config.dampening of 0", nesterov, "optimization_config.dampening");
    }

    private static void CheckFreezing(TrainingConfiguration configuration, ConfigurationErrors errors)
    {
        var blocks = configuration.Gpt2Config.LayersToFreeze ?? 0;
        errors.AddUnless(
            !configuration.OptimizationConfig.FreezeDecoder || blocks == 0,
            $"is true; the whole of GPT-2 holds its blocks, so leave gpt2_config.n_layers_to_freeze ({blocks}) out",
            "optimization_config.freeze_decoder", "gpt2_config.n_layers_to_freeze");
        errors.AddUnless(
            configuration.LoraConfig is null or { TargetModules.Count: > 0 }, "is []; it must name the matrices that get an adapter, such as \"c_attn\"", "lora_config.target_modules");
        errors.AddUnless(
            configuration.LoraConfig is null || (blocks == 0 && !configuration.OptimizationConfig.FreezeDecoder),
            $"is {configuration.LoraConfig?.Rank}; adapters are trained while all of GPT-2 stays, so leave gpt2_config.n_layers_to_freeze ({blocks}) and optimization_config.freeze_decoder out",
            "lora_config.rank", "gpt2_config.n_layers_to_freeze", "optimization_config.freeze_decoder");
        errors.AddUnless(
            !configuration.OptimizationConfig.TrainEncoder || configuration.DataConfig.EmbeddingStore is null,
            "is true; embeddings that were computed before don't follow, so leave data_config.embedding_store out",
            TrainEncoder, "data_config.embedding_store");
    }

    private static void CheckEvaluation(TrainingConfiguration configuration, ConfigurationErrors errors)
    {
        var evaluation = configuration.EvaluationConfig;
        var prefix = configuration.Gpt2Config.VisualTokensLength;
        errors.AddUnless(
            configuration.ProjectorConfig.Kind != IdentityProjector.Kind || prefix == 1,
            $"is {prefix}; with projector_config.kind \"{IdentityProjector.Kind}\" an embedding is one visual token, so it must be 1",
            "gpt2_config.visual_tokens_length", "projector_config.kind");
        errors.AddUnless(
            evaluation.MaxLength > prefix,
            $"is {evaluation.MaxLength}; the prefix counts too, so it must be above gpt2_config.visual_tokens_length ({prefix})",
            "evaluation_config.max_length", "gpt2_config.visual_tokens_length");
        errors.AddUnless(
            !evaluation.PerCaption || !evaluation.Metrics.Contains(CaptionMetricKind.ClipScore),
            $"is true; clipscore is about pictures, so it needs false, or {Metrics} without it",
            PerCaption, Metrics);

        string[] figures = [TrainingEvaluationOptions.ValidationLoss, .. evaluation.Metrics.SelectMany(NamedMetrics.KeysOf)];
        errors.AddUnless(
            figures.Contains(evaluation.BestBy),
            $"is {ConfigurationContract.Text(evaluation.BestBy)}; with these {Metrics} it must be one of {string.Join(", ", figures)}",
            "evaluation_config.best_by", Metrics);
    }
}
