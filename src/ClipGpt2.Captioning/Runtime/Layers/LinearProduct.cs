using ClipGpt2.Captioning.Runtime.Kernels;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>One way to compute a linear layer.</summary>
internal abstract class LinearProduct : IDisposable
{
    /// <summary>[out, in], or null where only a packed form is left.</summary>
    public virtual Tensor? PlainWeight => null;

    public abstract Tensor? Bias { get; }

    /// <summary>The rows up to which the product over plain memory is the way to go; beyond, it only wraps the one over tensors.</summary>
    public virtual int MaxPlainRows => 0;

    /// <summary>Chooses the way by fixed rules and takes ownership of both tensors.</summary>
    /// <param name="weight">[out, in], or [in, out] if <paramref name="inputRows"/>.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="compute">Where and how to compute.</param>
    /// <param name="inputRows">Whether the weight is stored the other way round.</param>
    public static LinearProduct Create(Tensor weight, Tensor? bias, ComputeOptions compute, bool inputRows)
    {
        var isPacked = NumberFormat.Resolve(compute) switch
        {
            Precision.Int8Weights => true,
            Precision.BFloat16 => OneDnn.HasBFloat16,
            _ => OneDnn.IsAvailable,
        };
        var isPlain = compute.Trainable || compute.IsCuda || !isPacked;
        if (isPlain)
        {
            return new PlainLinear(inputRows ? Turned(weight) : weight, bias, compute);
        }

        return NumberFormat.Resolve(compute) == Precision.Int8Weights
            ? new Int8Linear(inputRows ? Turned(weight) : weight, bias)
            : new PackedLinear(weight, bias, compute.HiddenType(), inputRows);
    }

    public abstract Tensor Forward(Tensor x);

    public virtual Tensor Forward(Tensor x, Activation activation)
    {
        using var y = Forward(x);
        return activation.Apply(y);
    }

    public virtual Tensor ForwardAdd(Tensor x, Tensor residual)
    {
        var y = Forward(x);
        if (PlainWeight is null)
        {
            return y.PlusInPlace(residual);
        }

        using (y)
        {
            return y.Plus(residual);
        }
    }

    public virtual void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate)
    {
        using var input = RowTensor.Create(x, rows);
        using var output = Forward(input);
        RowTensor.Copy(output, y, accumulate);
    }

    public virtual void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, Activation activation)
    {
        using var input = RowTensor.Create(x, rows);
        using var output = Forward(input, activation);
        RowTensor.Copy(output, y, accumulate: false);
    }

    public abstract void Dispose();

    private static Tensor Turned(Tensor weight)
    {
        using (weight)
        {
            using var turned = weight.t();
            return turned.contiguous();
        }
    }
}
