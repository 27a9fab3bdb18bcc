using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A convolution without bias and the batch normalisation behind it, by its running statistics.</summary>
/// <remarks>
/// For inference the normalisation is multiplied into the kernel, so that only the convolution is left. Input [B, C, H, W], output
/// [B, C', H', W']. Safe from any number of threads.
/// </remarks>
internal sealed class ConvolutionNorm : IDisposable
{
    /// <summary>What torch's <c>BatchNorm2d</c> adds to a variance.</summary>
    private const double Epsilon = 1e-5;

    private readonly Tensor? _folded;
    private readonly long _stride;
    private readonly long _padding;

    /// <summary>Takes ownership of all tensors.</summary>
    /// <param name="kernel">[C', C, K, K], K odd.</param>
    /// <param name="norm">What normalises the output.</param>
    /// <param name="stride">What the sides are divided by.</param>
    /// <param name="compute">Where and how to compute.</param>
    public ConvolutionNorm(Tensor kernel, BatchStatistics norm, int stride, ComputeOptions compute)
    {
        (_stride, _padding) = (stride, kernel.shape[2] / 2);
        if (compute.Trainable)
        {
            Kernel = kernel.MoveTo(compute);
            Norm = norm.MoveTo(compute);
            return;
        }

        using (kernel)
        using (norm)
        {
            using var scope = NewDisposeScope();
            var factor = norm.Weight / norm.Variance.clone().PlusInPlace(Epsilon).sqrt();    // [C']
            Kernel = (kernel * factor.view(-1, 1, 1, 1)).MoveTo(compute);
            _folded = norm.Bias.Plus(norm.Mean * factor, factor: -1).MoveTo(compute);
        }
    }

    /// <summary>The kernel; multiplied with the normalisation unless it is trained.</summary>
    public Tensor Kernel { get; }

    /// <summary>The normalisation, where it is trained.</summary>
    public BatchStatistics? Norm { get; }

    public Tensor Forward(Tensor x)
    {
        if (Norm is not { } norm)
        {
            return nn.functional.conv2d(x, Kernel, _folded, [_stride, _stride], [_padding, _padding]);
        }

        using var y = nn.functional.conv2d(x, Kernel, null, [_stride, _stride], [_padding, _padding]);
        return nn.functional.batch_norm(y, norm.Mean, norm.Variance, norm.Weight, norm.Bias, training: false, eps: Epsilon);
    }

    /// <summary>The output where it is above 0.</summary>
    public Tensor ForwardRelu(Tensor x)
    {
        using var y = Forward(x);
        return nn.functional.relu(y);
    }

    public void Dispose()
    {
        Kernel.Dispose();
        Norm?.Dispose();
        _folded?.Dispose();
    }
}
