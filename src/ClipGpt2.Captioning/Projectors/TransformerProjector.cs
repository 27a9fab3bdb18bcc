using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Projectors;

/// <summary>ClipCap's transformer: learned vectors read the embedding, spread over several vectors, and become the prefix.</summary>
/// <remarks>
/// A linear layer makes C vectors of an embedding; behind them stand P learned ones (<c>prefix_const</c>); a transformer without mask lets all see
/// each other, and the last P are the prefix. Queries, keys and values have no bias, the MLP is ReLU between twice the size. Source: Mokady et al.
/// 2021, section 3.3; <c>TransformerMapper</c> in ClipCap's <c>train.py</c>. Any number of threads may call one.
/// </remarks>
public sealed class TransformerProjector : LayeredProjector
{
    /// <summary>The kind's name in configurations.</summary>
    public const string Kind = "transformer";

    internal static PartKind<IPrefixProjector> Part { get; } = KindOf(Kind, Create, CreateFresh);

    private const string LinearName = "linear";
    private const string PrefixName = "prefix_const";

    private readonly Parts _parts;
    private readonly int _clipLength;

    private TransformerProjector(ProjectorConfig config, (Parts Parts, LayerSet Set) loaded, ComputeOptions compute)
        : base(config, loaded.Set, compute) => (_parts, _clipLength) = (loaded.Parts, ClipLengthOf(config));

    /// <inheritdoc cref="LinearTanhProjector.Create"/>
    public static TransformerProjector Create(ProjectorConfig config, WeightLoader weights)
    {
        var loaded = Load(weights, layers => Parts.Load(config.Checked(), layers));
        return new(config, loaded, weights.Compute);
    }

    /// <inheritdoc cref="LinearTanhProjector.CreateFresh"/>
    public static TransformerProjector CreateFresh(ProjectorConfig config, long seed, ComputeOptions? compute = null) =>
        Initialize(config.Checked(), seed, compute, fresh => Fill(fresh, config), Create);

    private protected override Tensor Map(Tensor features)
    {
        var (batch, length) = (features.shape[0], _clipLength + (long)PrefixLength);
        var clip = _parts.Linear.Forward(features).view(batch, _clipLength, HiddenSize);      // [B, C, H]
        var learned = _parts.Prefix.expand(batch, PrefixLength, HiddenSize);                    // [B, P, H]
        var rows = cat([clip, learned], 1).view(batch * length, HiddenSize);                    // [B * (C + P), H]
        var mapped = _parts.Blocks.Forward(rows, new Sequences(batch, length));
        return mapped.view(batch, length, HiddenSize).narrow(1, _clipLength, PrefixLength).contiguous();
    }

    /// <summary>In the order in which the reference builds its modules.</summary>
    private static void Fill(InitialWeights fresh, ProjectorConfig config)
    {
        var (hidden, intermediate) = (config.HiddenSize, IntermediateOf(config));
        for (var i = 0; i < config.Layers; i++)
        {
            var layer = BlockName(i);
            fresh.Norm($"{layer}.norm1", hidden);
            fresh.Linear($"{layer}.attn.to_queries", hidden, hidden, bias: false);
            fresh.Linear($"{layer}.attn.to_keys_values", hidden, 2L * hidden, bias: false);
            fresh.Linear($"{layer}.attn.project", hidden, hidden);
            fresh.Norm($"{layer}.norm2", hidden);
            fresh.Linear($"{layer}.mlp.fc1", hidden, intermediate);
            fresh.Linear($"{layer}.mlp.fc2", intermediate, hidden);
        }

        fresh.Linear(LinearName, config.EmbeddingDimension, (long)ClipLengthOf(config) * hidden);
        fresh.StandardNormal(PrefixName, config.PrefixLength, hidden);
    }

    private static string BlockName(int index) => $"transformer.layers.{index}";

    private static int ClipLengthOf(ProjectorConfig config) => config.ClipLength ?? config.PrefixLength;

    private static int IntermediateOf(ProjectorConfig config) => config.IntermediateSize ?? 2 * config.HiddenSize;

    private sealed record Parts(Linear Linear, Tensor Prefix, PreNormBlock[] Blocks)
    {
        public static Parts Load(ProjectorConfig config, LayerLoader layers)
        {
            var sizes = new TransformerConfig
            {
                HiddenSize = config.HiddenSize, Layers = config.Layers, Heads = config.Heads, IntermediateSize = IntermediateOf(config),
                Activation = Activation.Relu, Epsilon = 1e-5,
            };
            return new(
                layers.Linear(LinearName, config.EmbeddingDimension, (long)ClipLengthOf(config) * config.HiddenSize),
                layers.Weight(PrefixName, config.PrefixLength, config.HiddenSize),
                [.. Enumerable.Range(0, config.Layers).Select(i => Block(layers, BlockName(i), sizes))]);
        }

        private static PreNormBlock Block(LayerLoader layers, string name, TransformerConfig sizes)
        {
            var hidden = sizes.HiddenSize;
            var norm1 = layers.Norm($"{name}.norm1", hidden, sizes.Epsilon);
            var attention = new Attention(
                [layers.Linear($"{name}.attn.to_queries", hidden, hidden, bias: false), layers.Linear($"{name}.attn.to_keys_values", hidden, 2L * hidden, bias: false)],
                layers.Linear($"{name}.attn.project", hidden, hidden),
                sizes.Heads);
            var norm2 = layers.Norm($"{name}.norm2", hidden, sizes.Epsilon);
            return new PreNormBlock(norm1, attention, norm2, FeedForward.Load(layers, $"{name}.mlp.fc1", $"{name}.mlp.fc2", sizes));
        }
    }
}
