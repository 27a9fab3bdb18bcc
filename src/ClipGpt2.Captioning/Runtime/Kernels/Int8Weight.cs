using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>A weight as 8-bit integers in panels, each output with a scale: its largest weight over 127.</summary>
internal sealed unsafe class Int8Weight : IDisposable
{
    /// <summary>What an output's largest weight is taken for where all of its weights are 0.</summary>
    public const float LeastMagnitude = 1e-12f;

    /// <summary>The levels on either side of 0.</summary>
    public const float Levels = 127;

    private const nuint Alignment = 2 << 20;

    private readonly Tensor _scales;
    private void* _memory;

    /// <summary>Quantises a float32 weight [out, in].</summary>
    public Int8Weight(Tensor plain)
    {
        using var scope = NewDisposeScope();
        using var least = LeastMagnitude.ToScalar();
        using var levels = Levels.ToScalar();
        var scales = plain.abs().amax([1], keepdim: true).clamp_min(least).div(levels);
        using var rounded = (plain / scales).round_().to_type(ScalarType.Int8).contiguous();
        _scales = scales.flatten().contiguous().DetachFromDisposeScope();

        var (outputs, inputs) = ((int)plain.shape[0], (int)plain.shape[1]);
        var panelBytes = (long)inputs * PanelWeight.Wide;
        fixed (byte* scale = _scales.bytes)
        {
            var weight = new PanelWeight(0, PanelType.Int8, PanelWeight.Wide, inputs, outputs, panelBytes, (nint)scale);
            var size = (nuint)(panelBytes * weight.Panels);
            _memory = NativeMemory.AlignedAlloc(size, Alignment);
            HugePages.AdviseUntouched(_memory, size);
            Panels = weight with { Address = (nint)_memory };
        }

        Fill(rounded.bytes);
    }

    ~Int8Weight() => NativeMemory.AlignedFree(_memory);

    /// <summary>The weight and its scales.</summary>
    public PanelWeight Panels { get; }

    /// <summary>Whether the managed product runs on this processor.</summary>
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _scales.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Fill(ReadOnlySpan<byte> rows)
    {
        for (var output = 0; output < Panels.Panels * PanelWeight.Wide; output++)
        {
            var target = Column(output);
            for (var input = 0; input < Panels.InFeatures; input++)
            {
                target[input * PanelWeight.Wide] = output < Panels.OutFeatures ? rows[(output * Panels.InFeatures) + input] : (byte)0;
            }
        }
    }

    private byte* Column(int output) => (byte*)Panels.Address + (output / PanelWeight.Wide * Panels.PanelBytes) + (output % PanelWeight.Wide);
}
