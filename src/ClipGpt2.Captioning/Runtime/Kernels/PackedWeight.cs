using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>A weight [out, in] in oneDNN's blocked layout, which the managed product for few rows reads too where it knows the layout.</summary>
internal sealed unsafe class PackedWeight : IDisposable
{
    /// <summary>The outputs that lie side by side in a block.</summary>
    public const int Panel = 64;

    private const int InputBlock = 16;

    public PackedWeight(Tensor plain)
    {
        OutFeatures = (int)plain.shape[0];
        InFeatures = (int)plain.shape[1];
        IsBFloat16 = plain.dtype == ScalarType.BFloat16;
        Opaque = OneDnn.Pack(plain).DetachFromDisposeScope();
        var (address, bytes) = OneDnn.Memory(Opaque);
        PanelElements = (long)Padded(InFeatures, InputBlock) * Panel;
        if (Vector512.IsHardwareAccelerated && IsPanels((byte*)address, bytes, plain))
        {
            Address = (byte*)address;
            HugePages.Advise(Address, bytes);
        }
    }

    public Tensor Opaque { get; }

    public int OutFeatures { get; }

    public int InFeatures { get; }

    public bool IsBFloat16 { get; }

    /// <summary>
    /// The panels, or null where the layout isn't the known one. A panel holds 64 outputs: float32 as [in][64], bfloat16 as [in / 2][64][2], with
    /// the inputs filled up to a multiple of 16.
    /// </summary>
    public byte* Address { get; }

    /// <summary>The elements from one panel to the next.</summary>
    public long PanelElements { get; }

    public int Panels => (OutFeatures + Panel - 1) / Panel;

    public void Dispose() => Opaque.Dispose();

    private static int Padded(int size, int block) => (size + block - 1) / block * block;

    /// <summary>Compares elements all over the weight with where the known layout would have them.</summary>
    private bool IsPanels(byte* address, long bytes, Tensor plain)
    {
        var size = IsBFloat16 ? 2 : 4;
        if (bytes != PanelElements * Panels * size)
        {
            return false;
        }

        using var contiguous = plain.contiguous();
        var original = contiguous.bytes;
        var random = new Random(1);
        for (var i = 0; i < 512; i++)
        {
            var (row, column) = (random.Next(OutFeatures), random.Next(InFeatures));
            var packed = new ReadOnlySpan<byte>(address + (size * Index(row, column)), size);
            if (!packed.SequenceEqual(original.Slice(size * ((row * InFeatures) + column), size)))
            {
                return false;
            }
        }

        return true;
    }

    private long Index(int row, int column)
    {
        var panel = (row / Panel * PanelElements) + (IsBFloat16 ? column / 2 * 2 * Panel : column * Panel);
        return panel + (IsBFloat16 ? (row % Panel * 2) + (column % 2) : row % Panel);
    }
}
