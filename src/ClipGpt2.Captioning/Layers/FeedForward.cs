using ClipGpt2.Captioning.Runtime.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>The two linear layers of a transformer block with an activation between them.</summary>
/// <remarks>Rows [B * T, H] in and out. The layers stay their owner's. Safe from any number of threads.</remarks>
/// <param name="input">H to the inner size.</param>
/// <param name="output">The inner size to H.</param>
/// <param name="activation">What lies between them.</param>
internal sealed class FeedForward(Linear input, Linear output, Activation activation)
{
    /// <summary>What <c>quick_gelu</c> multiplies the argument of the sigmoid by.</summary>
    private const double QuickGeluFactor = 1.702;

    public Linear Input => input;

    public Linear Output => output;

    public Activation Activation => activation;

    /// <summary>The share of the output that drops out in training.</summary>
    public double OutputDropout { get; init; }

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
    public Tensor ForwardAdd(Tensor x, Tensor residual, LayerDropout dropout = default)
    {
        using var hidden = input.Forward(x, activation, dropout.Adapters); // [B * T, inner size]
        return output.ForwardAdd(hidden, residual, dropout, OutputDropout);
    }
}
