using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>8-bit weights with one scale an output: a quarter of float32's memory and reading.</summary>
internal sealed unsafe class Int8Linear : LinearProduct
{
    private readonly Int8Weight _weight;
    private readonly Tensor? _bias;
    private readonly float[]? _rowBias;

    public Int8Linear(Tensor weight, Tensor? bias)
    {
        using (weight)
        {
            _weight = new Int8Weight(weight);
        }

        _bias = bias?.DetachFromDisposeScope();
        _rowBias = bias?.data<float>().ToArray();
    }

    public override Tensor? Bias => _bias;

    public override int MaxPlainRows => Int8Weight.IsSupported ? PanelProduct.MaxRows(PanelType.Int8) : 0;

    /// <summary>Many rows are worth unpacking the weight for; few are not.</summary>
    public override Tensor Forward(Tensor x)
    {
        var rows = (int)(x.numel() / x.shape[^1]);
        if (rows > MaxPlainRows)
        {
            using var weight = _weight.Dequantized(ScalarType.Float32);
            return nn.functional.linear(x, weight, _bias);
        }

        using var contiguous = x.contiguous();
        var y = empty([.. x.shape[..^1], _weight.Panels.OutFeatures]);
        fixed (byte* input = contiguous.bytes, output = y.bytes)
        fixed (float* bias = _rowBias)
        {
            PanelProduct.Multiply(_weight.Panels, bias, (float*)input, rows, (float*)output, accumulate: false);
        }

        return y;
    }

    public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate)
    {
        if (rows > MaxPlainRows)
        {
            base.Forward(x, rows, y, accumulate);
            return;
        }

        fixed (float* input = x, output = y, bias = _rowBias)
        {
            PanelProduct.Multiply(_weight.Panels, bias, input, rows, output, accumulate);
        }
    }

    public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, Activation activation)
    {
        var kernel = rows > MaxPlainRows ? null : activation.Kernel();
        if (kernel is null)
        {
            Forward(x, rows, y, accumulate: false);
            activation.Apply(y[..(rows * _weight.Panels.OutFeatures)]);
            return;
        }

        fixed (float* input = x, output = y, bias = _rowBias)
        {
            PanelProduct.Multiply(_weight.Panels, bias, input, rows, output, accumulate: false, kernel);
        }
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }
}
