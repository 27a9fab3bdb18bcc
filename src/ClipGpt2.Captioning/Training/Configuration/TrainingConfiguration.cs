using System.Text.Json;
using System.Text.Json.Serialization;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Training.Checkpoints;

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
    [TrainerOption(nameof(CaptionTrainerOptions.Evaluation))]
    public EvaluationSection EvaluationConfig { get; set; } = new();

    /// <summary>What is minimised, by which weights and how.</summary>
    [TrainerOption(nameof(CaptionTrainerOptions.Optimization))]
    public OptimizationSection OptimizationConfig { get; set; } = new();

    /// <summary>Low-rank adapters that are trained in place of GPT-2's own weights; null to train those.</summary>
    [TrainerOption(nameof(CaptionTrainerOptions.Lora))]
    public LoraOptions? LoraConfig { get; set; }

    /// <summary>How the run learns from rewards for captions of its own; null to learn from the given captions word by word.</summary>
    [TrainerOption(nameof(CaptionTrainerOptions.SelfCritical))]
    public SelfCriticalSection? SelfCriticalConfig { get; set; }

    /// <summary>What is written beside the best checkpoint, and when.</summary>
    [TrainerOption(nameof(CaptionTrainerOptions.Checkpoints))]
    public CheckpointOptions CheckpointConfig { get; set; } = new();

    /// <summary>How captions and pictures are read.</summary>
    [TrainerOption(nameof(CaptionTrainerOptions.Loading))]
    public DataSection DataConfig { get; set; } = new();

    /// <summary>The projector.</summary>
    public ProjectorSection ProjectorConfig { get; set; } = new();

    /// <summary>What is written for people to look at.</summary>
    public LoggingSection LoggingConfig { get; set; } = new();

    /// <summary>What the configuration can name; a host may add its own.</summary>
    [JsonIgnore]
    public TrainingKinds Kinds { get; init; } = new();

    /// <summary>What the trainer's options are where nobody says anything.</summary>
    internal static CaptionTrainerOptions Usual { get; } = new();

    /// <summary>The file that the configuration was read from, or what stands for it in messages.</summary>
    [JsonIgnore]
    internal string Source { get; private set; } = nameof(TrainingConfiguration);

    /// <summary>The defaults that go with an objective: the reference program's, or those of <see cref="CaptionTrainerOptions"/> with any other.</summary>
    /// <param name="objective">What the loss counts.</param>
    /// <param name="kinds">What the configuration can name, the objective among it; null for the library's own.</param>
    /// <returns>A new configuration, which lacks models, data and the run yet.</returns>
    public static TrainingConfiguration For(CaptionObjective objective, TrainingKinds? kinds = null)
    {
        ArgumentNullException.ThrowIfNull(objective);
        var configuration = new TrainingConfiguration { Kinds = kinds ?? new(), OptimizationConfig = { Objective = objective.Name } };
        if (objective != CaptionObjective.Reference)
        {
            configuration.OptimizationConfig.DropoutInFrozenParts = Usual.Freezing.DropoutInFrozenParts;
            configuration.EvaluationConfig.MetricNames = [];
            configuration.EvaluationConfig.BeforeTraining = Usual.Evaluation.BeforeTraining;
            configuration.EvaluationConfig.PerCaption = Usual.Evaluation.PerCaption;
            configuration.DataConfig.BucketBatches = Usual.Loading.BucketBatches;
        }

        return configuration;
    }

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">A JSON file; comments and trailing commas aren't JSON.</param>
    /// <param name="overrides">Values that replace the file's, each as <c>section.key=value</c>; a value is JSON, or else a text.</param>
    /// <param name="kinds">What the file can name; null for the library's own metrics, forms of captions and objectives.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="ConfigurationException">The file isn't JSON (the message names line and column), or keys are unknown, missing or wrong; all errors are listed.</exception>
    /// <exception cref="CaptioningException">The file can't be read.</exception>
    public static TrainingConfiguration Load(string path, IEnumerable<string>? overrides = null, TrainingKinds? kinds = null) =>
        Parse(ConfigurationFile.Read(path, "a training configuration"), path, overrides, kinds);

    /// <summary>Throws one error that lists all values that are wrong.</summary>
    /// <exception cref="ConfigurationException">A value is wrong.</exception>
    public void Validate() => Check(new ConfigurationErrors(Source), mayBeMissing: true);

    /// <summary>Whether a metric that captions are measured by, be it to judge the model or to reward it, takes something out of its context.</summary>
    internal bool Measures(CaptionMetricNeeds needs) =>
        (SelfCriticalConfig is null ? EvaluationConfig.MetricNames : EvaluationConfig.MetricNames.Append(SelfCriticalConfig.RewardName)).Any(name => Kinds.Metrics[name].Needs.HasFlag(needs));

    /// <summary>Reads the bytes of a configuration file.</summary>
    internal static TrainingConfiguration Parse(ReadOnlyMemory<byte> json, string source, IEnumerable<string>? overrides = null, TrainingKinds? kinds = null)
    {
        kinds ??= new();
        var errors = new ConfigurationErrors(source);
        ConfigurationPart[] parts =
        [
            new(source, ConfigurationFile.Parse(json, source)),
            .. (overrides ?? []).Select(ConfigurationPart.FromOverride),
        ];
        var configuration = For(ObjectiveOf(parts, kinds), kinds);
        configuration.Source = source;
        var reader = new ConfigurationReader(errors, kinds);
        foreach (var part in parts)
        {
            reader.Read(part.Json, configuration, part.Source);
        }

        configuration.Check(errors, mayBeMissing: false);
        return configuration;
    }

    private void Check(ConfigurationErrors errors, bool mayBeMissing)
    {
        var words = new FileWords(Kinds);
        new OptionCheck(errors, words).Check(this, GetType(), mayBeMissing: mayBeMissing);

        // Sections that are there at all are a matter of course in a file, not in code.
        if (words.KeysOf(GetType()).All(section => section.IsNullable || section.Get(this) is not null))
        {
            var options = new CaptionTrainerOptions();
            TrainerOptionMap.Copy(this, options);
            TrainerRules.Check(options, errors, words);
            ConfigurationRules.Check(this, errors);
        }

        errors.ThrowIfAny();
    }

    /// <summary>The objective decides the defaults, so it is looked up before all else; if it is wrong, that is said later.</summary>
    private static CaptionObjective ObjectiveOf(IEnumerable<ConfigurationPart> parts, TrainingKinds kinds) => parts
        .Select(part => part.Find("optimization_config", "objective"))
        .Select(json => json is { ValueKind: JsonValueKind.String } name ? kinds.Objectives.Find(name.GetString()!) : null)
        .OfType<CaptionObjective>()
        .LastOrDefault(CaptionObjective.Reference);
}
