using ClipGpt2.Captioning.Training.Checkpoints;
using ClipGpt2.Captioning.Training.Optimization;
using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning.Training;

/// <summary>Checks the ranges by generated code, and what spans several properties by hand; all errors come together.</summary>
internal sealed class CaptionTrainerOptionsValidator : IValidateOptions<CaptionTrainerOptions>
{
    public ValidateOptionsResult Validate(string? name, CaptionTrainerOptions options)
    {
        var errors = new List<string>(new CaptionTrainerRangeValidator().Validate(name, options).Failures ?? []);
        errors.AddRange(Across(options));
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What can't be together.</summary>
    private static IEnumerable<string> Across(CaptionTrainerOptions options)
    {
        foreach (var error in Across(options.Optimization, options.LearningRate))
        {
            yield return error;
        }

        if (options.Checkpoints is { Resume: true, Path: null })
        {
            yield return $"{nameof(options.Checkpoints)}.{nameof(CheckpointOptions.Resume)} needs the {nameof(CheckpointOptions.Path)} of the run that is to go on.";
        }

        if (options.Freezing is { Decoder: true, Blocks: > 0 })
        {
            yield return $"{nameof(options.Freezing)}.{nameof(FreezingOptions.Blocks)} and .{nameof(FreezingOptions.Decoder)} can't both be set: the whole decoder holds its blocks.";
        }

        if (options.Lora is not null && options.Freezing is { Decoder: true } or { Blocks: > 0 })
        {
            yield return $"{nameof(options.Lora)} freezes all of the decoder but its adapters: leave {nameof(options.Freezing)}.{nameof(FreezingOptions.Decoder)} and .{nameof(FreezingOptions.Blocks)} alone.";
        }

        foreach (var error in Across(options, options.SelfCritical))
        {
            yield return error;
        }

        if (options.Evaluation?.Decoding is { } decoding)
        {
            var error = Error(decoding.Validate);
            if (error is not null)
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<string> Across(CaptionTrainerOptions options, SelfCriticalOptions? selfCritical)
    {
        const string Name = nameof(CaptionTrainerOptions.SelfCritical);
        if (selfCritical is { Baseline: SelfCriticalBaseline.OtherSamples, Samples: 1 })
        {
            yield return $"{Name}.{nameof(selfCritical.Samples)} must be 2 or more for {nameof(selfCritical.Baseline)} {SelfCriticalBaseline.OtherSamples}: a single sample has no others.";
        }

        if (selfCritical is not null && options.LabelSmoothing > 0)
        {
            yield return $"{Name} needs a {nameof(options.LabelSmoothing)} of 0, and it is {options.LabelSmoothing}: captions that the model drew have no labels to smooth.";
        }

        if (selfCritical is not null && options.Objective != CaptionObjective.Corrected)
        {
            yield return $"{Name} needs the {nameof(options.Objective)} {CaptionObjective.Corrected}, and it is {options.Objective}: captions that the model draws end with one end token and have no padding.";
        }
    }

    private static IEnumerable<string> Across(OptimizationOptions? optimization, double learningRate)
    {
        const string Name = nameof(CaptionTrainerOptions.Optimization);
        if (optimization is { Nesterov: true } and not { Momentum: > 0, Dampening: 0 })
        {
            yield return $"{Name}.{nameof(optimization.Nesterov)} needs a {nameof(optimization.Momentum)} above 0 and a {nameof(optimization.Dampening)} of 0.";
        }

        if (optimization is { AmsGrad: true, Optimizer: not (OptimizerKind.Adam or OptimizerKind.AdamW) })
        {
            yield return $"{Name}.{nameof(optimization.AmsGrad)} is for {OptimizerKind.Adam} and {OptimizerKind.AdamW}; the {nameof(optimization.Optimizer)} is {optimization.Optimizer}.";
        }

        if (optimization is { CorrectBias: false, Optimizer: not OptimizerKind.TransformersAdamW })
        {
            yield return $"{Name}.{nameof(optimization.CorrectBias)} can be false for {OptimizerKind.TransformersAdamW} only; the {nameof(optimization.Optimizer)} is {optimization.Optimizer}.";
        }

        if (optimization is { Schedule: LearningRateSchedule.Polynomial } && !(optimization.FinalLearningRate < learningRate))
        {
            yield return $"{Name}.{nameof(optimization.FinalLearningRate)} must be below the {nameof(CaptionTrainerOptions.LearningRate)}, {learningRate}, and is {optimization.FinalLearningRate}.";
        }

        if (optimization is { Schedule: LearningRateSchedule.CosineWithRestarts, Cycles: { } cycles } && cycles != Math.Round(cycles))
        {
            yield return $"{Name}.{nameof(optimization.Cycles)} must be a whole number for {LearningRateSchedule.CosineWithRestarts}, and is {cycles}.";
        }
    }

    private static string? Error(Action validate)
    {
        try
        {
            validate();
            return null;
        }
        catch (CaptioningException e)
        {
            return e.Message;
        }
    }
}

[OptionsValidator]
internal sealed partial class CaptionTrainerRangeValidator : IValidateOptions<CaptionTrainerOptions>;
