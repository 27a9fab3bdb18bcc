using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Training.Checkpoints;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>A training run as a file describes it: the reference program's <c>training_config.json</c>, and further sections.</summary>
/// <remarks>
/// Follows <c>Config</c> of the reference program's <c>config_loader.py</c>. Of the further sections all keys may be left out; a file that names no
/// <c>optimization_config.objective</c> trains as the reference program does. Null counts as left out where it isn't a value of its own. Paths are relative to the
/// current folder. Not safe for threads while it is changed.
/// </remarks>
public sealed partial class TrainingConfiguration
{
    /// <summary>The image encoder.</summary>
    [JsonRequired]
    public ClipSection ClipConfig { get; set; } = new();

    /// <summary>The language model.</summary>
    [JsonRequired]
    public Gpt2Section Gpt2Config { get; set; } = new();

    /// <summary>Where the captions are.</summary>
    [JsonRequired]
    public DataPathsSection DataPaths { get; set; } = new();

    /// <summary>The run.</summary>
    [JsonRequired]
    public TrainingSection TrainingConfig { get; set; } = new();

    /// <summary>When and by what the model is judged.</summary>
    public EvaluationSection EvaluationConfig { get; set; } = new();

    /// <summary>What is minimised, by which weights and how.</summary>
    public OptimizationSection OptimizationConfig { get; set; } = new();

    /// <summary>Low-rank adapters that are trained in place of GPT-2's own weights; null to train those.</summary>
    public LoraOptions? LoraConfig { get; set; }

    /// <summary>How the run learns from rewards for captions of its own; null to learn from the given captions word by word.</summary>
    public SelfCriticalSection? SelfCriticalConfig { get; set; }

    /// <summary>What is written beside the best checkpoint, and when.</summary>
    public CheckpointOptions CheckpointConfig { get; set; } = new();

    /// <summary>How captions and pictures are read.</summary>
    public DataSection DataConfig { get; set; } = new();

    /// <summary>The projector.</summary>
    public ProjectorSection ProjectorConfig { get; set; } = new();

    /// <summary>What is written for people to look at.</summary>
    public LoggingSection LoggingConfig { get; set; } = new();

    /// <summary>The file that the configuration was read from, or what stands for it in messages.</summary>
    [JsonIgnore]
    internal string Source { get; private set; } = nameof(TrainingConfiguration);

    /// <summary>The defaults that go with an objective: the reference program's, or those of <see cref="CaptionTrainerOptions"/> with any other.</summary>
    /// <param name="objective">What the loss counts.</param>
    /// <returns>A new configuration, which lacks models, data and the run yet.</returns>
    public static TrainingConfiguration For(CaptionObjective objective)
    {
        var configuration = new TrainingConfiguration { OptimizationConfig = { Objective = objective } };
        if (objective != CaptionObjective.Reference)
        {
            var usual = new CaptionTrainerOptions();
            configuration.OptimizationConfig.DropoutInFrozenParts = usual.Freezing.DropoutInFrozenParts;
            configuration.EvaluationConfig.Metrics = [];
            configuration.EvaluationConfig.BeforeTraining = usual.Evaluation.BeforeTraining;
            configuration.EvaluationConfig.PerCaption = usual.Evaluation.PerCaption;
            configuration.DataConfig.BucketBatches = usual.Loading.BucketBatches;
        }

        return configuration;
    }

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">A JSON file; comments and trailing commas aren't JSON.</param>
    /// <param name="overrides">Values that replace the file's, each as <c>section.key=value</c>; a value is JSON, or else a text.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="ConfigurationException">The file isn't JSON (the message names line and column), or keys are unknown, missing or wrong; all errors are listed.</exception>
    /// <exception cref="CaptioningException">The file can't be read.</exception>
    public static TrainingConfiguration Load(string path, IEnumerable<string>? overrides = null) =>
        Parse(ConfigurationFile.Read(path, "a training configuration"), path, overrides);

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    public void Validate()
    {
        var errors = new ConfigurationErrors(Source);
        new ConfigurationReader(errors).Check(this, mayBeMissing: true);
        ConfigurationRules.Check(this, errors);
        errors.ThrowIfAny();
    }

    /// <summary>Whether captions are measured by a metric, be it to judge the model or to reward it.</summary>
    internal bool Measures(CaptionMetricKind metric) => EvaluationConfig.Metrics.Contains(metric) || SelfCriticalConfig?.Reward == metric;

    /// <summary>Reads the bytes of a configuration file.</summary>
    internal static TrainingConfiguration Parse(ReadOnlyMemory<byte> json, string source, IEnumerable<string>? overrides = null)
    {
        var errors = new ConfigurationErrors(source);
        ConfigurationPart[] parts =
        [
            new(source, ConfigurationFile.Parse(json, source)),
            .. (overrides ?? []).Select(ConfigurationPart.FromOverride),
        ];
        var configuration = For(ObjectiveOf(parts));
        configuration.Source = source;
        var reader = new ConfigurationReader(errors);
        foreach (var part in parts)
        {
            reader.Read(part.Json, configuration, part.Source);
        }

        reader.Check(configuration);
        ConfigurationRules.Check(configuration, errors);
        errors.ThrowIfAny();
        return configuration;
    }

    /// <summary>The objective decides the defaults, so it is looked up before all else; if it is wrong, that is said later.</summary>
    private static CaptionObjective ObjectiveOf(IEnumerable<ConfigurationPart> parts) => parts
        .Select(part => part.Find("optimization_config", "objective"))
        .Select(json => json is { } value ? new ConfigurationValue(typeof(CaptionObjective)).Read(value) : null)
        .OfType<CaptionObjective>()
        .LastOrDefault(CaptionObjective.Reference);
}
