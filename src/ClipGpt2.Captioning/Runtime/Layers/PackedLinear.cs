using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>oneDNN's product over a packed weight with bias, activation or residual fused; for few rows of plain memory our own over the same weight.</summary>
internal sealed unsafe class PackedLinear : LinearProduct
{
    private const string ManagedName = "the managed product over oneDNN's layout";

    private readonly PackedWeight _weight;
    private readonly Tensor? _bias; // as long as the packed weight's outputs
    private readonly float[]? _rowBias;
    private readonly ScalarType _type;
    private readonly int _outputs;
    private readonly int _inputs;
    private Lazy<bool>? _oneDnnHolds; // where its proof was put off

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

    public override int MaxPlainRows => _weight.Panels is { } panels ? PanelProduct.MaxRows(panels.Type, panels.Width) : 0;

    public override IEnumerable<ProductWay> Ways
    {
        get
        {
            if (_weight.Panels is { } panels)
            {
                yield return RowWay(ManagedName, _type.Format(), _outputs, _weight.DropPanels, (x, runs) => PanelProduct.Sample(panels, _rowBias, x, runs));
            }

            // Reading the whole weight takes longer than all other proofs, and few programs come to so many rows: while they don't, managed code serves.
            var way = TensorWay("oneDNN's product", _type.Format(), _type, CPU, x => Run("linear", x));
            yield return _weight.Panels is null ? way : way with { Defer = Defer };
        }
    }

    private bool IsFilled => _weight.Outputs != _outputs;

    public override Tensor Forward(Tensor x) =>
        TakesPanels(x, out var panels) ? Multiply(panels, x, residual: null, kernel: null) : Run("linear", x);

    public override Tensor Forward(Tensor x, Activation activation)
    {
        if (!TakesPanels(x, out var panels))
        {
            return FusedOperators.Of(activation, _type) is { } fused ? Run(fused, x) : base.Forward(x, activation);
        }

        var kernel = activation.Kernel();
        return kernel is null ? base.Forward(x, activation) : Multiply(panels, x, residual: null, kernel);
    }

    public override Tensor ForwardAdd(Tensor x, Tensor residual) =>
        TakesPanels(x, out var panels) && residual.numel() == x.numel() / _inputs * _outputs ? Multiply(panels, x, residual, kernel: null) : Add(x, residual);

    public override void Forward(ReadOnlySpan<float> x, int rows, Span<float> y, bool accumulate)
    {
        if (!TakesPanels(rows, out var panels))
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
        if (!TakesPanels(rows, out var panels))
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

    /// <summary>Whether the managed product is the way to go; it is for any rows where oneDNN's product turns out wrong.</summary>
    private bool TakesPanels(long rows, out PanelWeight panels)
    {
        panels = _weight.Panels.GetValueOrDefault();
        return _weight.Panels is not null && (rows <= MaxPlainRows || _oneDnnHolds is { Value: false });
    }

    /// <summary>The same for tensors, whose rows are oneDNN's for any number unless all that they go through is managed code.</summary>
    private bool TakesPanels(Tensor x, out PanelWeight panels)
    {
        var rows = x.numel() / _inputs;
        return TakesPanels(_type == ScalarType.Float32 && FewRows.Are(x, rows) ? rows : long.MaxValue, out panels) && rows > 0;
    }

    private void Defer(Func<string?> proof) => _oneDnnHolds = new Lazy<bool>(() =>
    {
        var fault = proof();
        if (fault is not null)
        {
            KernelLedger.Add(new KernelChoice("Linear layers of many rows", _type.ToString(), ManagedName, $"oneDNN's product: {fault}", IsFallback: true));
        }

        return fault is null;
    });

    /// <summary>The managed product of a tensor's rows.</summary>
    private Tensor Multiply(PanelWeight panels, Tensor x, Tensor? residual, delegate*<Span<float>, void> kernel)
    {
        using var scope = NewDisposeScope();
        var input = x.to_type(ScalarType.Float32).contiguous();
        var addend = residual?.to_type(ScalarType.Float32).contiguous();
        var y = empty([.. x.shape[..^1], _outputs]);
        fixed (byte* source = input.bytes, target = y.bytes, added = addend is null ? default : addend.bytes)
        fixed (float* bias = _rowBias)
        {
            PanelProduct.Multiply(panels, bias, (float*)source, checked((int)(x.numel() / _inputs)), (float*)target, (float*)added, kernel);
        }

        return y.to_type(_type).MoveToOuterDisposeScope();
    }

    private Tensor Add(Tensor x, Tensor residual)
    {
        if (IsFilled || !FusedOperators.Adds(_type))
        {
            return base.ForwardAdd(x, residual);
        }

        using var scope = NewDisposeScope();
        return OneDnn.LinearAdd(Filled(x, _weight.Inputs - _inputs), residual, _weight.Opaque, _bias).MoveToOuterDisposeScope();
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
