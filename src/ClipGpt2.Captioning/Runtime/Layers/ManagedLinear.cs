using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>A product over plain float32 weights that asks no native library, whatever the number format of its inputs and outputs.</summary>
internal sealed unsafe class ManagedLinear : LinearProduct
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly float[]? _rowBias;
    private readonly ScalarType _type;

    /// <param name="weight">Contiguous float32 [out, in]; it stays the caller's, and its memory is shared.</param>
    /// <param name="bias">[out], float32, or null; it stays the caller's.</param>
    /// <param name="type">The data type of inputs and outputs.</param>
    public ManagedLinear(Tensor weight, Tensor? bias, ScalarType type)
    {
        _weight = weight.alias().DetachFromDisposeScope();
        _bias = bias?.alias().DetachFromDisposeScope();
        _rowBias = bias?.data<float>().ToArray();
        _type = type;
    }

    public override Tensor? Bias => _bias;

    public override int MaxPlainRows => int.MaxValue;

    public override IEnumerable<ProductWay> Ways => [RowWay("managed code", WeightFormat.Float32, Outputs, drop: null), TensorWay("managed code", WeightFormat.Float32, _type, CPU, Forward)];

    private int Outputs => (int)_weight.shape[0];

    public override Tensor Forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = x.to_type(ScalarType.Float32).contiguous();
        var y = empty([.. x.shape[..^1], Outputs]);
        fixed (byte* input = wide.bytes, output = y.bytes)
        {
            Multiply((float*)input, (int)(x.numel() / x.shape[^1]), (float*)output, accumulate: false);
        }

        return y.to_type(_type).MoveToOuterDisposeScope();
    }

    public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate)
    {
        fixed (float* input = x, output = y)
        {
            Multiply(input, rows, output, accumulate);
        }
    }

    public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, Activation activation)
    {
        Forward(x, rows, y, accumulate: false);
        activation.Apply(y[..(rows * Outputs)]);
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }

    private void Multiply(float* x, int rows, float* y, bool accumulate)
    {
        fixed (byte* weight = _weight.bytes)
        fixed (float* bias = _rowBias)
        {
            new ManagedProduct
            {
                Weight = (float*)weight, Bias = bias, X = x, Y = y, Rows = rows, Inputs = (int)_weight.shape[1], Outputs = Outputs, Accumulate = accumulate,
            }.Run();
        }
    }
}
