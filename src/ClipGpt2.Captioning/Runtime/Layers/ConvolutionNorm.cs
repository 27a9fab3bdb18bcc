using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A convolution without bias and the batch normalisation behind it, by its running statistics.</summary>
/// <remarks>
/// Maps have their channels last: input [B, H, W, C], output [B, H', W', C']. For inference the normalisation is multiplied into the kernel, so
/// that only the convolution is left. Safe from any number of threads.
/// </remarks>
internal sealed class ConvolutionNorm : IDisposable
{
    /// <summary>What torch's <c>BatchNorm2d</c> adds to a variance.</summary>
    private const double Epsilon = 1e-5;

    private readonly ConvolutionShape _shape;
    private readonly RowConvolution? _rows;
    private readonly Tensor? _folded;
    private readonly Tensor? _kernel;
    private readonly Func<Tensor, Tensor, ConvolutionShape, Tensor>? _convolve;

    /// <summary>Takes ownership of all tensors.</summary>
    /// <param name="kernel">[C', C, K, K], K odd.</param>
    /// <param name="norm">What normalises the output.</param>
    /// <param name="stride">What the sides are divided by.</param>
    /// <param name="compute">Where and how to compute.</param>
    public ConvolutionNorm(Tensor kernel, BatchStatistics norm, int stride, ComputeOptions compute)
    {
        _shape = new ConvolutionShape((int)kernel.shape[1], (int)kernel.shape[0], (int)kernel.shape[2], stride);
        if (compute.Trainable)
        {
            _kernel = kernel.MoveTo(compute);
            Norm = norm.MoveTo(compute);
            _convolve = TensorConvolution.Prove(_kernel, _shape, compute);
            return;
        }

        using (kernel)
        using (norm)
        {
            using var scope = NewDisposeScope();
            var factor = norm.Weight / norm.Variance.clone().PlusInPlace(Epsilon).sqrt();    // [C']
            var folded = kernel * factor.view(-1, 1, 1, 1);
            var bias = norm.Bias.Plus(norm.Mean * factor, factor: -1);
            if (!compute.IsCuda)
            {
                _rows = new RowConvolution(folded, bias.MoveToOuterDisposeScope(), _shape, compute);
                return;
            }

            _kernel = folded.MoveTo(compute);
            _folded = bias.MoveTo(compute);
            _convolve = TensorConvolution.Prove(_kernel, _shape, compute);
        }
    }

    /// <summary>The kernel, where it is trained.</summary>
    /// <exception cref="CaptioningException">The weight was packed for inference.</exception>
    public Tensor Kernel => _kernel ?? throw new CaptioningException("The weights were packed for inference: load the model with ComputeOptions.Trainable to train or save it.");

    /// <summary>The normalisation, where it is trained.</summary>
    public BatchStatistics? Norm { get; }

    public Tensor Forward(Tensor x) => _rows is null ? Convolve(x) : _rows.Forward(x, static (product, rows, _) => product.Forward(rows));

    /// <summary>The output where it is above 0.</summary>
    public Tensor ForwardRelu(Tensor x)
    {
        if (_rows is not null)
        {
            return _rows.Forward(x, static (product, rows, _) => product.Forward(rows, Activation.Relu));
        }

        using var y = Convolve(x);
        return nn.functional.relu(y);
    }

    /// <summary>The output plus <paramref name="residual"/> (of its shape), where that is above 0.</summary>
    public Tensor ForwardAddRelu(Tensor x, Tensor residual)
    {
        using var scope = NewDisposeScope();
        var sum = _rows is null ? Convolve(x).Plus(residual) : AddToRows(x, residual.reshape(-1, _shape.Outputs));
        return nn.functional.relu(sum).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _rows?.Dispose();
        _kernel?.Dispose();
        Norm?.Dispose();
        _folded?.Dispose();
    }

    private Tensor AddToRows(Tensor x, Tensor residual) =>
        _rows!.Forward(x, (product, rows, first) => product.ForwardAdd(rows, residual.narrow(0, first, rows.shape[0])));

    private Tensor Convolve(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = _convolve!(x.permute(0, 3, 1, 2), _kernel!, _shape);
        y = Norm is { } norm
            ? nn.functional.batch_norm(y, norm.Mean, norm.Variance, norm.Weight, norm.Bias, training: false, eps: Epsilon)
            : y.PlusInPlace(_folded!.view(1, -1, 1, 1));
        return y.permute(0, 2, 3, 1).contiguous().MoveToOuterDisposeScope();
    }
}
