using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;
using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>What is trained in a step, on how much, and what the reference program has to compute for it.</summary>
internal sealed record TrainingForm
{
    public required string Name { get; init; }

    public required int BatchSize { get; init; }

    public required int PrefixLength { get; init; }

    /// <summary>The tokens of each caption.</summary>
    public required int Tokens { get; init; }

    /// <summary>The projector's kind; see <see cref="ProjectorConfig.Kind"/>.</summary>
    public required string Projector { get; init; }

    public required FreezingOptions Freezing { get; init; }

    /// <summary>The adapters that are trained in place of GPT-2's own weights, or null.</summary>
    public LoraOptions? Lora { get; init; }

    /// <summary>Whether the decoder is in training mode, with dropout.</summary>
    public required bool HasDropout { get; init; }

    /// <summary>GPT-2's blocks whose weights get gradients, the embeddings and the head with them; 0 if all of it is frozen.</summary>
    public required int TrainedBlocks { get; init; }

    /// <summary>The projector's multiply-adds for one caption.</summary>
    public required double ProjectorProducts { get; init; }

    /// <summary>The reference program's, ClipCap's two, and the reference program's with adapters.</summary>
    public static IReadOnlyList<TrainingForm> All { get; } =
    [
        new()
        {
            Name = "the reference program's form, batch 64",
            BatchSize = 64,
            PrefixLength = 5,
            Tokens = 10,
            Projector = LinearTanhProjector.Kind,
            Freezing = new() { Blocks = 10, DropoutInFrozenParts = true },
            HasDropout = true,
            TrainedBlocks = 2,
            ProjectorProducts = ModelCosts.LinearTanh(prefixLength: 5),
        },
        new()
        {
            Name = "ClipCap's transformer, GPT-2 frozen, batch 40",
            BatchSize = 40,
            PrefixLength = 10,
            Tokens = 20,
            Projector = TransformerProjector.Kind,
            Freezing = new() { Decoder = true },
            HasDropout = false,
            TrainedBlocks = 0,
            ProjectorProducts = ModelCosts.Transformer(prefixLength: 10, layers: 8),
        },
        new()
        {
            Name = "ClipCap's MLP and all of GPT-2, batch 40",
            BatchSize = 40,
            PrefixLength = 10,
            Tokens = 20,
            Projector = MlpProjector.Kind,
            Freezing = new(),
            HasDropout = true,
            TrainedBlocks = 12,
            ProjectorProducts = ModelCosts.Mlp(prefixLength: 10),
        },
        new()
        {
            Name = "adapters of rank 8 beside GPT-2, batch 64",
            BatchSize = 64,
            PrefixLength = 5,
            Tokens = 10,
            Projector = LinearTanhProjector.Kind,
            Freezing = new(),
            Lora = new() { Rank = 8 },
            HasDropout = false,
            TrainedBlocks = 0,
            ProjectorProducts = ModelCosts.LinearTanh(prefixLength: 5),
        },
    ];

    public ProjectorConfig ProjectorSizes => new()
    {
        Kind = Projector, PrefixLength = PrefixLength, EmbeddingDimension = ClipPeer.EmbeddingDimension, HiddenSize = Gpt2Peer.HiddenSize,
    };

    /// <summary>The arithmetic of a step, as the reference programs' was counted: every position of prefix and text, forward and backward.</summary>
    public Phase Cost => ModelCosts.Train(BatchSize, PrefixLength + Tokens, TrainedBlocks, ProjectorProducts);
}
