using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>A layer norm on the CPU, applied to rows in plain memory.</summary>
internal readonly unsafe struct RowNorm
{
    private readonly float* _weight;
    private readonly float* _bias;
    private readonly float _epsilon;
    private readonly int _size;

    /// <summary>Looks at the norm's float32 weights, which must outlive this.</summary>
    public RowNorm(LayerNorm norm)
    {
        _weight = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(norm.Weight.bytes));
        _bias = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(norm.Bias.bytes));
        _epsilon = (float)norm.Epsilon;
        _size = (int)norm.Weight.shape[0];
    }

    public void Apply(float* x, float* y) => RowKernels.LayerNorm(x, _weight, _bias, _epsilon, _size, y);
}
