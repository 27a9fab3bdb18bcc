using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>oneDNN's product over a packed weight with bias, activation or residual fused; for few rows of plain memory our own over the same weight.</summary>
internal sealed unsafe class PackedLinear : LinearProduct
{
    private readonly PackedWeight _weight;
    private readonly Tensor? _bias;
    private readonly float[]? _rowBias;
    private readonly ScalarType _type;
    private readonly int _outputs;

    /// <param name="weight">[out, in], or [in, out] if <paramref name="inputRows"/>; float32.</param>
    /// <param name="bias">[out], float32, or null.</param>
    /// <param name="type">The data type to compute in.</param>
    /// <param name="inputRows">Whether the weight is stored the other way round.</param>
    public PackedLinear(Tensor weight, Tensor? bias, ScalarType type, bool inputRows)
    {
        _type = type;
        _outputs = (int)weight.shape[inputRows ? 1 : 0];
        using (weight)
        using (bias)
        {
            _weight = Pack(weight, type, inputRows);
            _bias = bias?.to(type, copy: true).DetachFromDisposeScope();
            _rowBias = bias?.data<float>().ToArray();
        }
    }

    public override Tensor? Bias => _bias;

    public override int MaxPlainRows => _weight.Panels is { } panels ? PanelProduct.MaxRows(panels.Type) : 0;

    public override Tensor Forward(Tensor x) => OneDnn.Linear(x, _weight.Opaque, _bias);

    public override Tensor Forward(Tensor x, Activation activation)
    {
        var fused = activation switch
        {
            Activation.Gelu => "linear_gelu",
            Activation.GeluTanh => "linear_gelu_tanh",
            Activation.Swish => "linear_swish",
            Activation.Relu => "linear_relu",
            Activation.Tanh => "linear_tanh",
            _ => null,
        };
        return fused is null ? base.Forward(x, activation) : OneDnn.Linear(fused, x, _weight.Opaque, _bias);
    }

    public override Tensor ForwardAdd(Tensor x, Tensor residual) => OneDnn.LinearAdd(x, residual, _weight.Opaque, _bias);

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
            PanelProduct.Multiply(panels, bias, input, rows, output, accumulate);
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
            PanelProduct.Multiply(panels, bias, input, rows, output, accumulate: false, kernel);
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

    private static PackedWeight Pack(Tensor weight, ScalarType type, bool inputRows)
    {
        if (inputRows)
        {
            return PackedWeight.FromInputRows(weight, type);
        }

        using var converted = weight.dtype == type ? null : weight.to_type(type);
        return new PackedWeight(converted ?? weight);
    }

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
