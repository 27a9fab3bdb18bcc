using ClipGpt2.Captioning.Training.Checkpoints;
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
        if (options.Optimization is { Nesterov: true } sgd && (sgd.Momentum <= 0 || sgd.Dampening != 0))
        {
            yield return $"{nameof(options.Optimization)}.{nameof(sgd.Nesterov)} needs a {nameof(sgd.Momentum)} above 0 and a {nameof(sgd.Dampening)} of 0.";
        }

        if (options.Checkpoints is { Resume: true, Path: null })
        {
            yield return $"{nameof(options.Checkpoints)}.{nameof(CheckpointOptions.Resume)} needs the {nameof(CheckpointOptions.Path)} of the run that is to go on.";
        }

        if (options.Freezing is { Decoder: true, Blocks: > 0 })
        {
            yield return $"{nameof(options.Freezing)}.{nameof(FreezingOptions.Blocks)} and .{nameof(FreezingOptions.Decoder)} can't both be set: the whole decoder holds its blocks.";
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
