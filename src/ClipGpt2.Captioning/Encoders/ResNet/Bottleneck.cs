using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders.ResNet;

/// <summary>A residual block of the ModifiedResNet: narrow, convolve, widen; a mean over squares comes before the convolution that would stride.</summary>
/// <remarks>[B, H, W, C] in, [B, H / stride, W / stride, 4 times the narrow part's channels] out. Source: openai/CLIP's <c>Bottleneck</c>. Safe from any number of threads.</remarks>
internal sealed class Bottleneck
{
    /// <summary>What a block's output has for each channel of its narrow part.</summary>
    public const int Expansion = 4;

    private readonly ConvolutionNorm _narrow;
    private readonly ConvolutionNorm _convolution;
    private readonly ConvolutionNorm _widen;
    private readonly ConvolutionNorm? _shortcut;
    private readonly int _stride;

    /// <param name="layers">Where the weights come from.</param>
    /// <param name="name">What their names begin with.</param>
    /// <param name="inputs">The input's channels.</param>
    /// <param name="width">The narrow part's channels.</param>
    /// <param name="stride">What the sides are divided by.</param>
    public Bottleneck(LayerLoader layers, string name, int inputs, int width, int stride)
    {
        _stride = stride;
        _narrow = layers.ConvolutionNorm($"{name}.conv1", $"{name}.bn1", inputs, width, kernel: 1);
        _convolution = layers.ConvolutionNorm($"{name}.conv2", $"{name}.bn2", width, width, kernel: 3);
        _widen = layers.ConvolutionNorm($"{name}.conv3", $"{name}.bn3", width, width * Expansion, kernel: 1);

        // The reference's "downsample", whose part "-1" is the mean, without weights.
        _shortcut = stride > 1 || inputs != width * Expansion
            ? layers.ConvolutionNorm($"{name}.downsample.0", $"{name}.downsample.1", inputs, width * Expansion, kernel: 1)
            : null;
    }

    public Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var inner = Pooled(_convolution.ForwardRelu(_narrow.ForwardRelu(x)));
        var outer = _shortcut is null ? x : _shortcut.Forward(Pooled(x));
        return _widen.ForwardAddRelu(inner, outer).MoveToOuterDisposeScope();
    }

    private Tensor Pooled(Tensor x) => _stride == 1 ? x : MeanPooling.Pool(x, _stride);
}
