using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A linear layer, y = x Wᵀ + b, with a plain path for training and a packed one for inference.</summary>
/// <remarks>
/// Input [..., in], output [..., out], both of <see cref="ActivationType"/>; the output's rows may lie further apart than they are long. The way
/// is chosen once, by <see cref="LinearPaths"/>: the first that proves itself for this weight on this machine. Safe from any number of threads.
/// </remarks>
internal sealed class Linear : IDisposable
{
    private readonly LinearProduct _base;
    private readonly ComputeOptions _compute;
    private LinearProduct _product;

    /// <summary>Takes ownership of both float32 CPU tensors; they are freed as soon as they have been packed or moved.</summary>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="compute">Where and how to compute; with <see cref="ComputeOptions.Trainable"/> the weights stay plain.</param>
    /// <param name="inputRows">Whether the weight is stored the other way round, as [in, out].</param>
    /// <param name="path">The only way that may be taken; null for what the process was set up with.</param>
    /// <exception cref="NativeBackendException">No way that may be taken computes right on this machine.</exception>
    public Linear(Tensor weight, Tensor? bias, ComputeOptions compute, bool inputRows = false, KernelPath? path = null)
    {
        (OutFeatures, InFeatures) = inputRows ? ((int)weight.shape[1], (int)weight.shape[0]) : ((int)weight.shape[0], (int)weight.shape[1]);
        ActivationType = compute.HiddenType();
        _compute = compute;
        _product = _base = LinearPaths.Build(weight, bias, compute, inputRows, path ?? TorchRuntime.Kernels);
    }

    public int InFeatures { get; }

    public int OutFeatures { get; }

    /// <summary>The data type that the input must have and the output will have.</summary>
    public ScalarType ActivationType { get; }

    /// <summary>The rows up to which the product over plain memory is the way to go; beyond, it only wraps the one over tensors.</summary>
    public int MaxPlainRows => _product.MaxPlainRows;

    /// <summary>What computes, for those who look whether it is what they expect.</summary>
    public IReadOnlyList<string> Ways => [.. _base.Ways.Select(way => way.Name)];

    /// <summary>Whether <see cref="Weight"/> is there.</summary>
    public bool HasPlainWeight => _compute.Trainable || _compute.IsCuda;

    /// <summary>The plain weight [out, in], for training and saving.</summary>
    /// <exception cref="CaptioningException">The weight was loaded for inference, where it may have been packed.</exception>
    public Tensor Weight => HasPlainWeight
        ? _product.PlainWeight!
        : throw new CaptioningException("The weights were packed for inference: load the model with ComputeOptions.Trainable to train or save it.");

    public Tensor? Bias => _product.Bias;

    /// <summary>The adapter beside the weight, or null.</summary>
    public LowRankWeights? Adapter => (_product as AdaptedLinear)?.Adapter;

    /// <summary>Puts an adapter beside the weight, which must be plain, in place of the one that is there.</summary>
    /// <param name="adapter">The adapter, which then is the layer's; null for none.</param>
    public void Adapt(LowRankWeights? adapter)
    {
        RemoveAdapter();
        _product = adapter is null ? _base : new AdaptedLinear(_base, adapter.MoveTo(_compute), _compute);
    }

    public Tensor Forward(Tensor x) => _product.Forward(x);

    /// <summary>The same in a training pass, in which an adapter may drop out.</summary>
    public Tensor Forward(Tensor x, DropoutMasks? dropout) => _product is AdaptedLinear adapted ? adapted.Forward(x, dropout) : _product.Forward(x);

    /// <summary>The activation of the product, in one operation where the backend fuses it.</summary>
    public Tensor Forward(Tensor x, Activation activation) => _product.Forward(x, activation);

    /// <summary>The same in a training pass, in which an adapter may drop out.</summary>
    public Tensor Forward(Tensor x, Activation activation, DropoutMasks? dropout)
    {
        if (dropout is null || _product is not AdaptedLinear adapted)
        {
            return _product.Forward(x, activation);
        }

        using var y = adapted.Forward(x, dropout);
        return activation.Apply(y);
    }

    /// <summary>The product plus <paramref name="residual"/> (of the output's shape), in one operation where the backend fuses it.</summary>
    public Tensor ForwardAdd(Tensor x, Tensor residual) => _product.ForwardAdd(x, residual);

    /// <summary>The same in a training pass: a random part of the product is set to 0 before it is added, and an adapter may drop out.</summary>
    public Tensor ForwardAdd(Tensor x, Tensor residual, LayerDropout dropout, double rate)
    {
        var drops = dropout.Layers is not null && rate != 0;
        if (!drops && (dropout.Adapters is null || _product is not AdaptedLinear))
        {
            return ForwardAdd(x, residual);
        }

        using var y = Forward(x, dropout.Adapters);
        using var dropped = drops ? dropout.Layers!.Apply(y, rate) : y.alias();
        return dropped.Plus(residual);
    }

    /// <summary>The product on float32 rows in plain memory, whatever the number format of the weights; CPU inference only.</summary>
    /// <param name="x">[rows, in].</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="y">[rows, out].</param>
    /// <param name="accumulate">Whether to add to what <paramref name="y"/> holds.</param>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate = false) => _product.Forward(x, rows, y, accumulate);

    /// <summary>The activation of the product on float32 rows in plain memory; CPU inference only.</summary>
    public void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, Activation activation) => _product.Forward(x, rows, y, activation);

    public void Dispose()
    {
        RemoveAdapter();
        _base.Dispose();
    }

    private void RemoveAdapter()
    {
        if (_product != _base)
        {
            _product.Dispose();
        }
    }
}
