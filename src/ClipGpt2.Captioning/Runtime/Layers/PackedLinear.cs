using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>oneDNN's product over a packed weight with bias, activation or residual fused; for few rows of plain memory our own over the same weight.</summary>
internal sealed unsafe class PackedLinear : LinearProduct
{
    private readonly PackedWeight _weight;
    private readonly Tensor? _bias; // as long as the packed weight's outputs
    private readonly float[]? _rowBias;
    private readonly ScalarType _type;
    private readonly int _outputs;
    private readonly int _inputs;

    /// <param name="weight">The packed weight, which this owns.</param>
    /// <param name="original">What was packed; it stays the caller's.</param>
    /// <param name="type">The data type to compute in.</param>
    public PackedLinear(PackedWeight weight, OriginalWeight original, ScalarType type)
    {
        (_weight, _type, _outputs, _inputs) = (weight, type, original.Outputs, original.Inputs);
        _bias = original.Bias is { } bias ? Filled(bias.to(type, copy: true), weight.Outputs - _outputs).DetachFromDisposeScope() : null;
        _rowBias = original.Bias?.data<float>().ToArray();
    }

    public override Tensor? Bias => _bias;

    public override int MaxPlainRows => _weight.Panels is { } panels ? PanelProduct.MaxRows(panels.Type) : 0;

    public override IEnumerable<ProductWay> Ways
    {
        get
        {
            yield return TensorWay("oneDNN's product", _type.Format(), _type, CPU, x => Run("linear", x));
            if (_weight.Panels is { } panels)
            {
                yield return RowWay("the managed product over oneDNN's layout", _type.Format(), _outputs, _weight.DropPanels, (x, runs) => PanelProduct.Sample(panels, _rowBias, x, runs));
            }
        }
    }

    private bool IsFilled => _weight.Outputs != _outputs;

    public override Tensor Forward(Tensor x) => Few(x, residual: null, activation: null) ?? Run("linear", x);

    public override Tensor Forward(Tensor x, Activation activation) =>
        Few(x, residual: null, activation) ?? (FusedOperators.Of(activation, _type) is { } fused ? Run(fused, x) : base.Forward(x, activation));

    public override Tensor ForwardAdd(Tensor x, Tensor residual) => Few(x, residual, activation: null) ?? Add(x, residual);

    private Tensor Add(Tensor x, Tensor residual)
    {
        if (IsFilled || !FusedOperators.Adds(_type))
        {
            return base.ForwardAdd(x, residual);
        }

        using var scope = NewDisposeScope();
        return OneDnn.LinearAdd(Filled(x, _weight.Inputs - _inputs), residual, _weight.Opaque, _bias).MoveToOuterDisposeScope();
    }

    public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate)
    {
        if (_weight.Panels is not { } panels || rows > MaxPlainRows)
        {
            using var input = Input(x, rows);
            using var output = Forward(input);
            RowTensor.Copy(output, y, accumulate);
            return;
        }

        fixed (float* input = x, output = y, bias = _rowBias)
        {
            PanelProduct.Multiply(panels, bias, input, rows, output, accumulate ? output : null);
        }
    }

    public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, Activation activation)
    {
        if (_weight.Panels is not { } panels || rows > MaxPlainRows)
        {
            using var input = Input(x, rows);
            using var output = Forward(input, activation);
            RowTensor.Copy(output, y, accumulate: false);
            return;
        }

        var kernel = activation.Kernel();
        fixed (float* input = x, output = y, bias = _rowBias)
        {
            PanelProduct.Multiply(panels, bias, input, rows, output, addend: null, kernel);
        }

        if (kernel is null)
        {
            activation.Apply(y[..(rows * _outputs)]);
        }
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
    }

    /// <summary>The managed product of a tensor's rows, or null where there are too many for it, or none for what is fused.</summary>
    private Tensor? Few(Tensor x, Tensor? residual, Activation? activation)
    {
        var rows = x.numel() / _inputs;
        if (_type != ScalarType.Float32 || _weight.Panels is not { } panels || rows == 0 || rows > MaxPlainRows)
        {
            return null;
        }

        var kernel = activation is { } function ? function.Kernel() : null;
        if (activation is not null && kernel is null)
        {
            return null;
        }

        using var input = x.contiguous();
        using var addend = residual?.contiguous();
        var y = empty([.. x.shape[..^1], _outputs]);
        fixed (byte* source = input.bytes, target = y.bytes, added = addend is null ? default : addend.bytes)
        fixed (float* bias = _rowBias)
        {
            PanelProduct.Multiply(panels, bias, (float*)source, (int)rows, (float*)target, (float*)added, kernel);
        }

        return y;
    }

    /// <summary>One of oneDNN's operators; of outputs that fill up the last block only the others are seen, without a copy.</summary>
    private Tensor Run(string method, Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = OneDnn.Linear(method, Filled(x, _weight.Inputs - _inputs), _weight.Opaque, _bias);
        return (IsFilled ? y.narrow(-1, 0, _outputs) : y).MoveToOuterDisposeScope();
    }

    /// <summary>Zeros behind the last dimension.</summary>
    private static Tensor Filled(Tensor x, int zeros) => zeros == 0 ? x : nn.functional.pad(x, [0, zeros]);

    private Tensor Input(ReadOnlySpan<float> x, int rows)
    {
        var input = RowTensor.Create(x, rows);
        if (_type == ScalarType.Float32)
        {
            return input;
        }

        using (input)
        {
            return input.to_type(_type);
        }
    }
}
