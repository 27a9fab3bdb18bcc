using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>ClipCap's MLP: two linear layers with tanh between them.</summary>
/// <remarks>
/// Weights <c>model.0</c> [H * P / 2, D] and <c>model.2</c> [P * H, H * P / 2]. Source: Mokady et al. 2021, section 3.2; <c>MLP</c> in ClipCap's
/// <c>train.py</c>. Any number of threads may call one.
/// </remarks>
public sealed class MlpProjector : LayeredProjector
{
    /// <summary>The kind's name in configurations.</summary>
    public const string Kind = "mlp";

    internal static PartKind<IPrefixProjector> Part { get; } = KindOf(Kind, Create, CreateFresh);

    private const string FirstName = "model.0";
    private const string SecondName = "model.2";

    private readonly Linear _first;
    private readonly Linear _second;

    private MlpProjector(ProjectorConfig config, ((Linear First, Linear Second) Layers, LayerSet Set) loaded, ComputeOptions compute)
        : base(config, loaded.Set, compute) => (_first, _second) = loaded.Layers;

    /// <inheritdoc cref="LinearTanhProjector.Create"/>
    public static MlpProjector Create(ProjectorConfig config, WeightLoader weights)
    {
        var (middle, end) = Sizes(config.Checked());
        var loaded = Load(weights, layers => (layers.Linear(FirstName, config.EmbeddingDimension, middle), layers.Linear(SecondName, middle, end)));
        return new(config, loaded, weights.Compute);
    }

    /// <inheritdoc cref="LinearTanhProjector.CreateFresh"/>
    public static MlpProjector CreateFresh(ProjectorConfig config, long seed, ComputeOptions? compute = null)
    {
        var (middle, end) = Sizes(config.Checked());
        return Initialize(config, seed, compute, Fill, Create);

        void Fill(InitialWeights fresh)
        {
            fresh.Linear(FirstName, config.EmbeddingDimension, middle);
            fresh.Linear(SecondName, middle, end);
        }
    }

    private protected override Tensor Map(Tensor features)
    {
        using var middle = _first.Forward(features, Activation.Tanh); // [B, H * P / 2]
        return _second.Forward(middle);                                 // [B, H * P]
    }

    private static (long Middle, long End) Sizes(ProjectorConfig config)
    {
        var end = (long)config.HiddenSize * config.PrefixLength;
        return (config.IntermediateSize ?? end / 2, end);
    }
}
