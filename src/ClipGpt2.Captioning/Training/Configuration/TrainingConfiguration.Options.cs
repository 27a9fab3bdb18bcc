namespace ClipGpt2.Captioning.Training.Configuration;

public sealed partial class TrainingConfiguration
{
    /// <summary>The trainer's options, but for the metrics, which <see cref="TrainingSetup"/> loads, and for observers.</summary>
    /// <returns>New options, which may be changed.</returns>
    public CaptionTrainerOptions ToTrainerOptions()
    {
        var options = new CaptionTrainerOptions();
        TrainerOptionMap.Copy(this, options);
        options.Evaluation.Metrics = [];
        options.Checkpoints.Metadata = ToMetadata();
        return options;
    }

    /// <summary>The sections that the reference program's file has, with their keys and values, as the reference program's log shows them.</summary>
    internal IEnumerable<KeyValuePair<string, IEnumerable<KeyValuePair<string, object?>>>> ReferenceSections() => ConfigurationContract.KeysOf(GetType())
        .Where(section => section.IsRequired)
        .Select(section => KeyValuePair.Create(section.Name, Fields(section.Get(this)!)));

    private static IEnumerable<KeyValuePair<string, object?>> Fields(object section) => ConfigurationContract.KeysOf(section.GetType())
        .Where(key => key.IsTold(section))
        .Select(key => KeyValuePair.Create(key.Name, key.Get(section)));

    /// <summary>
    /// The sections for a checkpoint's metadata: without <c>checkpoint_config</c>, since a resumed run's files equal an undisturbed one's, without
    /// <c>logging_config</c>, without <c>projector_config</c>, which the trainer writes with all sizes, and without adapters where there are none.
    /// </summary>
    private Dictionary<string, string> ToMetadata()
    {
        var metadata = new Dictionary<string, string>
        {
            ["clip_config"] = ConfigurationContract.SortedText(ClipConfig),
            ["gpt2_config"] = ConfigurationContract.SortedText(Gpt2Config),
            ["data_paths"] = ConfigurationContract.SortedText(DataPaths),
            ["training_config"] = ConfigurationContract.SortedText(TrainingConfig),
            ["optimization_config"] = ConfigurationContract.SortedText(OptimizationConfig),
            ["evaluation_config"] = ConfigurationContract.SortedText(EvaluationConfig),
            ["data_config"] = ConfigurationContract.SortedText(DataConfig),
        };
        if (LoraConfig is not null)
        {
            metadata["lora_config"] = ConfigurationContract.SortedText(LoraConfig);
        }

        if (SelfCriticalConfig is not null)
        {
            metadata["self_critical_config"] = ConfigurationContract.SortedText(SelfCriticalConfig);
        }

        return metadata;
    }
}
