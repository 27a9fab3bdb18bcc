using System.Globalization;
using System.Reflection;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Optimization;
using Microsoft.Extensions.Options;

namespace ClipGpt2.Captioning.Training;

/// <summary>A run's options in words: for observers all of them, for a resumption those that decide its weights.</summary>
internal static class RunSetup
{
    /// <summary>What may be another when a run is resumed, for its weights don't hang on it.</summary>
    private static readonly HashSet<string> Free =
    [
        nameof(CaptionTrainerOptions.Epochs), nameof(CaptionTrainerOptions.Observers),
        $"{nameof(CaptionTrainerOptions.Loading)}.{nameof(Data.DataLoadingOptions.Threads)}",
        $"{nameof(CaptionTrainerOptions.Loading)}.{nameof(Data.DataLoadingOptions.PrefetchMegabytes)}",
        $"{nameof(CaptionTrainerOptions.Loading)}.{nameof(Data.DataLoadingOptions.EmbeddingStore)}",
        $"{nameof(CaptionTrainerOptions.Loading)}.{nameof(Data.DataLoadingOptions.BadImages)}",
    ];

    /// <summary>All options by name, and the parts.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Configuration(Captioner captioner, CaptionTrainerOptions options) =>
    [
        .. Named(options, typeof(CaptionTrainerOptions), ""),
        new("Encoder", captioner.Encoder.GetType().Name),
        new("Projector", captioner.Projector.GetType().Name),
        new("Decoder", captioner.Decoder.GetType().Name),
        new("Precision", captioner.Options.Precision.ToString()),
    ];

    /// <summary>What a resumed run must have in common with the one that left a state.</summary>
    public static IReadOnlyDictionary<string, string> Describe(Captioner captioner, TrainedModel model, CaptionTrainerOptions options, IBatchSource source)
    {
        var setup = Configuration(captioner, options)
            .Where(p => !Free.Contains(p.Key) && !p.Key.StartsWith(nameof(options.Evaluation), StringComparison.Ordinal) && !p.Key.StartsWith(nameof(options.Checkpoints), StringComparison.Ordinal))
            .ToDictionary();

        // A schedule over the whole run makes its length a part of every step.
        if (options.Optimization is { ScheduleSteps: null, Schedule: not (LearningRateSchedule.Constant or LearningRateSchedule.ConstantWithWarmup or LearningRateSchedule.InverseSquareRoot) })
        {
            setup[nameof(options.Epochs)] = options.Epochs.ToString(CultureInfo.InvariantCulture);
        }

        setup["Examples"] = source.Examples?.ToString(CultureInfo.InvariantCulture) ?? "a stream";
        setup["Data"] = source.Hash;
        setup["Weights"] = string.Create(CultureInfo.InvariantCulture, $"{model.Weights.Count} with {model.Weights.Sum(weight => weight.Weight.numel())} numbers");
        return setup;
    }

    /// <summary>By the declared types: what a configuration file's sections add to them is the options' already.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Named(object section, Type type, string namePrefix)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var name = namePrefix + property.Name;
            var value = property.GetValue(section);
            if (property.IsDefined(typeof(ValidateObjectMembersAttribute)))
            {
                foreach (var inner in value is null ? [] : Named(value, property.PropertyType, name + "."))
                {
                    yield return inner;
                }
            }
            else if (value is IEnumerable<string> texts)
            {
                yield return new(name, string.Join(", ", texts));
            }
            else if (value is null or string or IConvertible or ICaptionMetric or CaptionObjective)
            {
                yield return new(name, Convert.ToString((value as ICaptionMetric)?.Name ?? value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "none");
            }
        }
    }
}
