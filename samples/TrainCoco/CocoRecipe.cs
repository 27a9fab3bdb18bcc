using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Optimization;

namespace TrainCoco;

/// <summary>The projector and the trainer's options for each form.</summary>
/// <param name="Form">Whose training is followed.</param>
/// <param name="Epochs">How many times the captions are read.</param>
/// <param name="BatchSize">The number of captions in a batch; null for the form's own.</param>
internal sealed record CocoRecipe(CocoForm Form, int Epochs, int? BatchSize)
{
    private const int CaptionLength = 15;

    private int PrefixLength => Form == CocoForm.Reference ? 5 : 40;

    /// <summary>The projector's kind and sizes.</summary>
    public ProjectorConfig Projector(int embeddingDimension, int hiddenSize) => new()
    {
        Kind = Form == CocoForm.Reference ? LinearTanhProjector.Kind : TransformerProjector.Kind,
        PrefixLength = PrefixLength,
        EmbeddingDimension = embeddingDimension,
        HiddenSize = hiddenSize,
    };

    /// <summary>The trainer's options.</summary>
    /// <param name="folder">Where checkpoints go, beside the store of embeddings.</param>
    /// <param name="blocks">The number of GPT-2's blocks.</param>
    public CaptionTrainerOptions Options(string folder, int blocks)
    {
        var options = Form == CocoForm.Reference ? Reference(blocks) : ClipCap();
        options.Epochs = Epochs;
        options.BatchSize = BatchSize ?? options.BatchSize;
        options.Loading.EmbeddingStore = EmbeddingStore(folder);
        options.Checkpoints.Path = Path.Combine(folder, "checkpoints", "best_model.safetensors");
        options.Evaluation.Metrics = [new BleuMetric(), new CiderMetric()];
        options.Evaluation.MaxImages = 1000;
        options.Evaluation.Decoding = new DecodingOptions { Beams = 5, EarlyStopping = EarlyStopping.WhenFull, MaxLength = PrefixLength + CaptionLength };
        return options;
    }

    /// <summary>The folder of the embeddings: the forms prepare pictures differently.</summary>
    public string EmbeddingStore(string folder) => Path.Combine(folder, $"embeddings-{Form}");

    /// <summary>The reference program's training: 40 % of the captions, its loss, and two of GPT-2's twelve blocks trained.</summary>
    private static CaptionTrainerOptions Reference(int blocks) => new()
    {
        Objective = CaptionObjective.Reference,
        SubsetRatio = 0.4,
        BatchSize = 64,
        LearningRate = 1e-4,
        MaxTextTokens = 10,
        Freezing = { Blocks = blocks * 10 / 12, DropoutInFrozenParts = true },
        Loading = { BucketBatches = 1 },
    };

    /// <summary>ClipCap's: the transformer alone is trained, and the learning rate rises and falls in straight lines.</summary>
    private static CaptionTrainerOptions ClipCap() => new()
    {
        Objective = CaptionObjective.ClipCap,
        BatchSize = 40,
        LearningRate = 2e-5,
        MaxTextTokens = 40,
        Freezing = { Decoder = true },
        Loading = { DropLast = true },
        Optimization = { Optimizer = OptimizerKind.TransformersAdamW, Epsilon = 1e-6, Schedule = LearningRateSchedule.Linear, WarmupSteps = 5000 },
    };
}
