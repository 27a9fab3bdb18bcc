using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>The two linear layers of a transformer block with an activation between them.</summary>
/// <remarks>Rows [B * T, H] in and out. Safe from any number of threads.</remarks>
internal sealed class FeedForward
{
    /// <summary>What <c>quick_gelu</c> multiplies the argument of the sigmoid by.</summary>
    private const double QuickGeluFactor = 1.702;

    private readonly Linear _in;
    private readonly Linear _out;
    private readonly Activation _activation;

    private FeedForward(Linear input, Linear output, Activation activation)
    {
        _in = input;
        _out = output;
        _activation = activation;
    }

    /// <summary>Loads both layers.</summary>
    /// <remarks>
    /// For inference quick_gelu(x) is computed as swish(1.702 x) / 1.702 with both factors moved into the weights: oneDNN fuses swish into the
    /// product, where quick_gelu would take three passes over the widest tensor of the model.
    /// </remarks>
    public static FeedForward Load(LayerLoader layers, string input, string output, TransformerConfig config)
    {
        var asSwish = config.Activation == Activation.QuickGelu && !layers.Compute.Trainable;
        var factor = asSwish ? QuickGeluFactor : 1;
        return new FeedForward(
            layers.Linear(input, config.HiddenSize, config.IntermediateSize, weightScale: factor, biasScale: factor),
            layers.Linear(output, config.IntermediateSize, config.HiddenSize, weightScale: 1 / factor),
            asSwish ? Activation.Swish : config.Activation);
    }

    /// <summary>The output plus <paramref name="residual"/>.</summary>
    public Tensor ForwardAdd(Tensor x, Tensor residual)
    {
        using var hidden = _in.Forward(x, _activation); // [B * T, intermediate]
        return _out.ForwardAdd(hidden, residual);
    }
}
