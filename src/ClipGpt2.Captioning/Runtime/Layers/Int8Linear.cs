using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>8-bit weights with one scale an output for few rows, which reading the weights bounds; beside them another product for many.</summary>
internal sealed unsafe class Int8Linear : LinearProduct
{
    // Measured where the other product is float32, and where it is bfloat16: a step of 5 rows wins in both, one of 40 only in float32.
    private const int MaxRowsBesideFloat32 = 40;
    private const int MaxRowsBesideBFloat16 = 5;

    private readonly LinearProduct _manyRows;
    private readonly Int8Weight _weight;
    private readonly float[]? _rowBias;

    /// <param name="original">The weights; they stay the caller's.</param>
    /// <param name="manyRows">What computes more rows; this owns it.</param>
    /// <param name="type">What that computes in.</param>
    public Int8Linear(OriginalWeight original, LinearProduct manyRows, ScalarType type)
    {
        _manyRows = manyRows;
        using var rows = original.InputRows ? original.Weight.t() : original.Weight.alias();
        _weight = new Int8Weight(rows);
        _rowBias = original.Bias?.data<float>().ToArray();
        MaxPlainRows = type == ScalarType.BFloat16 ? MaxRowsBesideBFloat16 : MaxRowsBesideFloat32;
    }

    public override Tensor? Bias => _manyRows.Bias;

    public override int MaxPlainRows { get; }

    public override IEnumerable<ProductWay> Ways =>
        [RowWay("managed code over 8-bit weights", WeightFormat.Int8, _weight.Panels.OutFeatures, drop: null, (x, runs) => PanelProduct.Sample(_weight.Panels, _rowBias, x, runs))];

    public override Tensor Forward(Tensor x) => _manyRows.Forward(x);

    public override Tensor Forward(Tensor x, Activation activation) => _manyRows.Forward(x, activation);

    public override Tensor ForwardAdd(Tensor x, Tensor residual) => _manyRows.ForwardAdd(x, residual);

    public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate)
    {
        if (rows > MaxPlainRows)
        {
            _manyRows.Forward(x, rows, y, accumulate);
            return;
        }

        fixed (float* input = x, output = y, bias = _rowBias)
        {
            PanelProduct.Multiply(_weight.Panels, bias, input, rows, output, accumulate ? output : null);
        }
    }

    public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, Activation activation)
    {
        if (rows > MaxPlainRows)
        {
            _manyRows.Forward(x, rows, y, activation);
            return;
        }

        var kernel = activation.Kernel();
        fixed (float* input = x, output = y, bias = _rowBias)
        {
            PanelProduct.Multiply(_weight.Panels, bias, input, rows, output, addend: null, kernel);
        }

        if (kernel is null)
        {
            activation.Apply(y[..(rows * _weight.Panels.OutFeatures)]);
        }
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _manyRows.Dispose();
    }
}
