using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>No projection: features pass as visual tokens, one for a vector and T for a sequence, for decoders whose vectors have their size.</summary>
/// <remarks>It has no weights, and passes gradients on to an encoder in training. Any number of threads may call one.</remarks>
public sealed class IdentityProjector : LayeredProjector
{
    /// <summary>The kind's name in configurations.</summary>
    public const string Kind = "identity";

    internal static PartKind<IPrefixProjector> Part { get; } = KindOf(Kind, Create, CreateFresh);

    private IdentityProjector(ProjectorConfig config, LayerSet layers, ComputeOptions compute)
        : base(config, layers, compute)
    {
    }

    /// <inheritdoc cref="LinearTanhProjector.Create"/>
    public static IdentityProjector Create(ProjectorConfig config, WeightLoader weights) => new(
        config.Checked(),
        Load(weights, _ => 0).Set,
        weights.Compute with { Precision = Precision.Float32, Trainable = true }); // nothing is packed, rounded or kept from gradients

    /// <inheritdoc cref="LinearTanhProjector.CreateFresh"/>
    public static IdentityProjector CreateFresh(ProjectorConfig config, long seed, ComputeOptions? compute = null) =>
        Initialize(config.Checked(), seed, compute, _ => { }, Create);

    private protected override Tensor Map(Tensor features) => features;
}
