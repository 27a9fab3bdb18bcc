using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Training.Checkpoints;

namespace ClipGpt2.Captioning.Training.Configuration;

public sealed partial class TrainingConfiguration
{
    /// <summary>The trainer's options, but for the metrics, which <see cref="TrainingSetup"/> loads, and for observers.</summary>
    /// <returns>New options; the optimizer's and the loading's are the configuration's own.</returns>
    public CaptionTrainerOptions ToTrainerOptions() => new()
    {
        Epochs = TrainingConfig.NumEpochs,
        MaxSteps = OptimizationConfig.MaxSteps,
        BatchSize = TrainingConfig.BatchSize,
        LearningRate = TrainingConfig.LearningRate,
        MaxTextTokens = Gpt2Config.TextTokensMaxLength,
        SubsetRatio = TrainingConfig.SubsetRatio,
        Seed = OptimizationConfig.Seed,
        Objective = OptimizationConfig.Objective,
        LabelSmoothing = OptimizationConfig.LabelSmoothing,
        SelfCritical = SelfCriticalConfig?.ToOptions(),
        Freezing = new()
        {
            Blocks = Gpt2Config.LayersToFreeze ?? 0,
            Decoder = OptimizationConfig.FreezeDecoder,
            Embeddings = OptimizationConfig.FreezeEmbeddings,
            Encoder = !OptimizationConfig.TrainEncoder,
            DropoutInFrozenParts = OptimizationConfig.DropoutInFrozenParts,
        },
        Lora = LoraConfig,
        Optimization = OptimizationConfig,
        Loading = DataConfig,
        Evaluation = ToEvaluationOptions(),
        Checkpoints = new()
        {
            Path = TrainingConfig.TrainedModelPath,
            SaveLast = CheckpointConfig.SaveLast,
            SaveState = CheckpointConfig.SaveState,
            StateEverySteps = CheckpointConfig.StateEverySteps,
            Resume = CheckpointConfig.Resume,
            Metadata = ToMetadata(),
        },
    };

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

    private TrainingEvaluationOptions ToEvaluationOptions() => new()
    {
        BeforeTraining = EvaluationConfig.BeforeTraining,
        EverySteps = EvaluationConfig.EverySteps,
        MaxImages = EvaluationConfig.MaxImages,
        Decoding = new DecodingOptions { Beams = EvaluationConfig.NumBeams, EarlyStopping = EarlyStopping.WhenFull, MaxLength = EvaluationConfig.MaxLength },
        PerCaption = EvaluationConfig.PerCaption,
        Samples = EvaluationConfig.Samples,
        BestBy = EvaluationConfig.BestBy,
        LowerIsBetter = EvaluationConfig.LowerIsBetter,
        Patience = EvaluationConfig.Patience,
    };
}
