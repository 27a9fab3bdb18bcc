using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>One linear layer: over a vector what ClipCap's <c>predict.py</c> has for prefixes of more than 10 vectors, over a sequence the same one for each position.</summary>
/// <remarks>
/// Weights <c>weight</c> [P * H, D] and <c>bias</c> [P * H] for a vector; [H, D] and [H] for a sequence, whose T vectors become P = T visual tokens
/// (<c>enc_to_dec_proj</c> of Hugging Face's <c>VisionEncoderDecoderModel</c>). Any number of threads may call one.
/// </remarks>
public sealed class LinearProjector : LayeredProjector
{
    /// <summary>The kind's name in configurations.</summary>
    public const string Kind = "linear";

    internal static PartKind<IPrefixProjector> Part { get; } = KindOf(Kind, Create, CreateFresh);

    private const string Name = "";

    private readonly Linear _layer;

    private LinearProjector(ProjectorConfig config, (Linear Layer, LayerSet Set) loaded, ComputeOptions compute)
        : base(config, loaded.Set, compute) => _layer = loaded.Layer;

    /// <inheritdoc cref="LinearTanhProjector.Create"/>
    public static LinearProjector Create(ProjectorConfig config, WeightLoader weights) => new(
        config.Checked(),
        Load(weights, layers => layers.Linear(Name, config.EmbeddingDimension, Outputs(config))),
        weights.Compute);

    /// <inheritdoc cref="LinearTanhProjector.CreateFresh"/>
    public static LinearProjector CreateFresh(ProjectorConfig config, long seed, ComputeOptions? compute = null) => Initialize(
        config.Checked(),
        seed,
        compute,
        fresh => fresh.Linear(Name, config.EmbeddingDimension, Outputs(config)),
        Create);

    private protected override Tensor Map(Tensor features) => _layer.Forward(features.view(-1, Config.EmbeddingDimension));

    private static long Outputs(ProjectorConfig config) => config.FeatureLength is null ? (long)config.PrefixLength * config.HiddenSize : config.HiddenSize;
}
