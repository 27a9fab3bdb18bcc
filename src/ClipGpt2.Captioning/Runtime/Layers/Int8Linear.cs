using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>8-bit weights with one scale an output (its largest weight over 127): a quarter of float32's memory and reading.</summary>
internal sealed unsafe class Int8Linear : LinearProduct
{
    private readonly Tensor _weight;
    private readonly Tensor _scales;
    private readonly Tensor? _bias;

    public Int8Linear(Tensor weight, Tensor? bias)
    {
        using (weight)
        {
            using var scope = NewDisposeScope();
            var scales = weight.abs().amax([1], keepdim: true).clamp_min(1e-12f) / 127f;
            _weight = (weight / scales).round_().to_type(ScalarType.Int8).DetachFromDisposeScope();
            _scales = scales.flatten().contiguous().DetachFromDisposeScope();
        }

        _bias = bias?.DetachFromDisposeScope();
    }

    public override Tensor? Bias => _bias;

    public override Tensor Forward(Tensor x)
    {
        using var rows = x.reshape(-1, x.shape[^1]);
        using var product = OneDnn.IsAvailable ? OneDnn.Int8Linear(rows, _weight, _scales) : Dequantized(rows);
        if (_bias is not null)
        {
            product.add_(_bias);
        }

        return product.reshape([.. x.shape[..^1], _weight.shape[0]]);
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _scales.Dispose();
        _bias?.Dispose();
    }

    private Tensor Dequantized(Tensor rows)
    {
        using var weight = _weight.to_type(ScalarType.Float32);
        using var product = nn.functional.linear(rows, weight);
        return product * _scales;
    }
}
