using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>A weight [out, in] in oneDNN's blocked layout, which the managed product for few rows reads too where it knows the layout.</summary>
internal sealed unsafe class PackedWeight : IDisposable
{
    // oneDNN fills the inputs up to a multiple of this.
    private const int InputBlock = 16;

    public PackedWeight(Tensor plain)
    {
        Opaque = OneDnn.Pack(plain).DetachFromDisposeScope();
        var (address, bytes) = OneDnn.Memory(Opaque);
        var type = plain.dtype == ScalarType.BFloat16 ? PanelType.BFloat16 : PanelType.Float32;
        var inputs = (plain.shape[1] + InputBlock - 1) / InputBlock * InputBlock;
        var panels = new PanelWeight(address, type, (int)plain.shape[1], (int)plain.shape[0], inputs * PanelWeight.Width * plain.element_size());
        if (Vector512.IsHardwareAccelerated && bytes == panels.PanelBytes * panels.Panels && IsInPanels(panels, plain))
        {
            HugePages.Advise((byte*)address, bytes);
            Panels = panels;
        }
    }

    /// <summary>What oneDNN's products take.</summary>
    public Tensor Opaque { get; }

    /// <summary>The same memory as panels, or null where oneDNN chose another layout.</summary>
    public PanelWeight? Panels { get; }

    public void Dispose() => Opaque.Dispose();

    /// <summary>Compares elements all over the weight with where the known layout would have them.</summary>
    private static bool IsInPanels(PanelWeight panels, Tensor plain)
    {
        using var contiguous = plain.contiguous();
        var original = contiguous.bytes;
        var size = (int)plain.element_size();
        var random = new Random(1);
        for (var i = 0; i < 512; i++)
        {
            var (output, input) = (random.Next(panels.OutFeatures), random.Next(panels.InFeatures));
            var packed = new ReadOnlySpan<byte>((byte*)panels.Address + Offset(panels, output, input), size);
            if (!packed.SequenceEqual(original.Slice(size * ((output * panels.InFeatures) + input), size)))
            {
                return false;
            }
        }

        return true;
    }

    private static long Offset(PanelWeight panels, int output, int input)
    {
        var panel = output / PanelWeight.Width * panels.PanelBytes;
        var column = output % PanelWeight.Width;
        return panels.Type == PanelType.BFloat16
            ? panel + (2 * ((input / 2 * 2 * PanelWeight.Width) + (column * 2) + (input % 2)))
            : panel + (4 * ((input * PanelWeight.Width) + column));
    }
}
