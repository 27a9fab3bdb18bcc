using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
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

    /// <summary>
    /// The ways in which this computes, each of which must be proven; one that can be dropped is dropped by its own failure alone, before the next
    /// one is asked for.
    /// </summary>
    public abstract IEnumerable<ProductWay> Ways { get; }

    /// <summary>The product; its rows may lie further apart than they are long.</summary>
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

    /// <summary>The product over tensors, as a way to be proven.</summary>
    protected static ProductWay TensorWay(string name, WeightFormat weights, ScalarType type, Device device, Func<Tensor, Tensor> multiply) => new(name, weights, type.Format(), (x, rows) =>
    {
        using var scope = NewDisposeScope();
        var y = multiply(RowTensor.Create(x, rows).to(type, device)).cpu();
        var values = new float[y.numel()];
        RowTensor.Copy(y, values, accumulate: false);
        return values;
    });

    /// <summary>The product over plain memory, as a way to be proven.</summary>
    protected ProductWay RowWay(string name, WeightFormat weights, int outputs, Action? drop = null, Func<float[], OutputRun[], float[]>? sample = null) =>
        new(name, weights, WeightFormat.Float32, (x, rows) =>
        {
            var y = new float[rows * outputs];
            Forward(x, rows, y, accumulate: false);
            return y;
        }, MaxPlainRows, drop, sample);
}
