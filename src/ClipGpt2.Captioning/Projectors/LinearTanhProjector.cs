using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>The reference program's projector: one linear layer and tanh.</summary>
/// <remarks>
/// Weights <c>0.weight</c> [P * H, D] and <c>0.bias</c> [P * H], as in <c>nn.Sequential(nn.Linear, nn.Tanh)</c> of the reference program's
/// <c>ClipCaptionModel</c>. Any number of threads may call one.
/// </remarks>
public sealed class LinearTanhProjector : LayeredProjector
{
    /// <summary>The kind's name in configurations.</summary>
    public const string Kind = "linear_tanh";

    internal static PartKind<IPrefixProjector> Part { get; } = KindOf(Kind, Create, CreateFresh);

    private const string Name = "0";

    private readonly Linear _layer;

    private LinearTanhProjector(ProjectorConfig config, (Linear Layer, LayerSet Set) loaded, ComputeOptions compute)
        : base(config, loaded.Set, compute) => _layer = loaded.Layer;

    /// <summary>Creates the projector out of trained weights.</summary>
    /// <param name="config">The sizes; see <see cref="ProjectorConfig.Read"/>.</param>
    /// <param name="weights">The weights, and where and how to compute.</param>
    /// <returns>The projector; dispose it.</returns>
    /// <exception cref="CaptioningException">The sizes are out of range or the weights don't fit them.</exception>
    public static LinearTanhProjector Create(ProjectorConfig config, WeightLoader weights) => new(
        config.Checked(),
        Load(weights, layers => layers.Linear(Name, config.EmbeddingDimension, (long)config.PrefixLength * config.HiddenSize)),
        weights.Compute);

    /// <summary>Creates the projector with fresh weights by torch's default rules.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="seed">The same seed gives the same weights.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <returns>The projector; dispose it.</returns>
    /// <exception cref="CaptioningException">The sizes are out of range.</exception>
    public static LinearTanhProjector CreateFresh(ProjectorConfig config, long seed, ComputeOptions? compute = null) => Initialize(
        config.Checked(),
        seed,
        compute,
        fresh => fresh.Linear(Name, config.EmbeddingDimension, (long)config.PrefixLength * config.HiddenSize),
        Create);

    private protected override Tensor Map(Tensor features) => _layer.Forward(features, Activation.Tanh);
}
