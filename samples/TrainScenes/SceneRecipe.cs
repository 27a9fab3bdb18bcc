using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Optimization;
using TrainScenes.Scenes;

namespace TrainScenes;

/// <summary>How long and how the model is trained.</summary>
/// <param name="Steps">The number of steps.</param>
/// <param name="Seed">What weights and scenes come from.</param>
/// <param name="From">The checkpoint to go on from; null to begin with fresh weights.</param>
internal sealed record SceneRecipe(int Steps, long Seed, string? From = null)
{
    public const int DefaultSteps = 5_000;

    private const int QuickSteps = 20;
    private const int ScenesPerBatch = 32;
    private const int BatchSize = ScenesPerBatch * SceneStream.CaptionsPerScene;
    private const int Epochs = 10;

    /// <summary>The number of scenes that an epoch shows.</summary>
    public int ScenesPerEpoch => ScenesPerBatch * ((Steps + Epochs - 1) / Epochs);

    /// <summary>The number of the first scene that varies in full.</summary>
    public long VariousFrom => From is null ? (long)ScenesPerBatch * Steps / 4 : 1;

    /// <summary>A recipe that learns next to nothing.</summary>
    public static SceneRecipe Quick(long seed) => new(QuickSteps, seed);

    /// <summary>The trainer's options: AdamW with a cosine, and the encoder trained with the rest. Who goes on from a checkpoint takes smaller steps, so as not to lose what is known.</summary>
    public CaptionTrainerOptions Options(string folder) => new()
    {
        MaxSteps = Steps,
        Epochs = Epochs,
        BatchSize = BatchSize,
        LearningRate = From is null ? 1e-3 : 3e-4,
        Seed = Seed,
        Freezing = { Encoder = false },
        Optimization =
        {
            Optimizer = OptimizerKind.AdamW,
            Beta2 = 0.99,
            WeightDecay = 0.01,
            Schedule = LearningRateSchedule.Cosine,
            WarmupSteps = Steps / 30,
            MaxGradientNorm = 1,
        },
        Loading = { Shuffle = false },
        Checkpoints = { Path = Path.Combine(folder, "scenes.safetensors") },
    };
}
