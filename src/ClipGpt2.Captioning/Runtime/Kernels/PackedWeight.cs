using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>A weight [out, in] in oneDNN's blocked layout, which the managed product for few rows may read too.</summary>
/// <remarks>Nothing here says that the layout is the expected one, or that the packing went well: the layer's proof does.</remarks>
internal sealed unsafe class PackedWeight : IDisposable
{
    // A multiple of what oneDNN fills inputs up to a multiple of, on any processor.
    private const int InputBlock = 16;

    private PackedWeight(Tensor opaque, int outputs, int inputs, PanelWeight? panels)
    {
        Opaque = opaque.DetachFromDisposeScope();
        (Outputs, Inputs, Panels) = (outputs, inputs, panels);
        if (panels is { } known)
        {
            HugePages.AdviseSoon(known);
        }
    }

    /// <summary>What oneDNN's products take.</summary>
    public Tensor Opaque { get; }

    /// <summary>The outputs that the packed weight has, filled-up ones among them.</summary>
    public int Outputs { get; }

    /// <summary>The inputs that the packed weight has, filled-up ones among them.</summary>
    public int Inputs { get; }

    /// <summary>The same memory as panels, or null where it can't be laid out so.</summary>
    public PanelWeight? Panels { get; private set; }

    /// <summary>Whether the weight's last blocks aren't whole.</summary>
    public static bool HasTail(OriginalWeight original, ScalarType type) => original.Outputs % PackedLayout.OutputBlock(type) != 0 || original.Inputs % InputBlock != 0;

    /// <summary>Lets oneDNN pack a weight.</summary>
    /// <param name="original">The weight.</param>
    /// <param name="type">Float32 or bfloat16.</param>
    /// <param name="padded">Whether it is filled up with zeros to whole blocks before: some versions garble the last one on some processors.</param>
    public static PackedWeight Pack(OriginalWeight original, ScalarType type, bool padded)
    {
        using var scope = NewDisposeScope();
        var stored = original.InputRows ? original.Weight.t() : original.Weight; // [out, in]
        var (outputs, inputs) = padded ? (Whole(original.Outputs, PackedLayout.OutputBlock(type)), Whole(original.Inputs, InputBlock)) : (original.Outputs, original.Inputs);
        if (outputs == original.Outputs && inputs == original.Inputs)
        {
            return Of(OneDnn.Pack(stored.to_type(type).contiguous()), original, type, outputs, inputs);
        }

        var whole = zeros([outputs, inputs], type);
        whole.narrow(0, 0, original.Outputs).narrow(1, 0, original.Inputs).copy_(stored);
        return Of(OneDnn.Pack(whole), original, type, outputs, inputs);
    }

    /// <summary>Packs a weight stored as [in, out] without oneDNN, or returns null where its layout can't be the known one.</summary>
    /// <param name="original">The weight, of whole blocks.</param>
    /// <param name="type">Float32 or bfloat16.</param>
    public static PackedWeight? Fill(OriginalWeight original, ScalarType type)
    {
        // oneDNN lays out the packed weight; what it packs here is memory that was never touched, and is written over.
        using var untouched = empty([original.Outputs, original.Inputs], type);
        var packed = Of(OneDnn.Pack(untouched), original, type, original.Outputs, original.Inputs);
        if (packed.Panels is not { } panels)
        {
            packed.Dispose();
            return null;
        }

        fixed (byte* source = original.Weight.bytes)
        {
            PanelFilling.Fill((float*)source, panels);
        }

        return packed;
    }

    /// <summary>Forgets that the memory can be read as panels.</summary>
    public void DropPanels() => Panels = null;

    public void Dispose() => Opaque.Dispose();

    private static int Whole(int count, int block) => (count + block - 1) / block * block;

    /// <summary>The packed memory as panels, if it has their size.</summary>
    private static PackedWeight Of(Tensor opaque, OriginalWeight original, ScalarType type, int outputs, int inputs)
    {
        var (address, bytes) = OneDnn.Memory(opaque);
        var (panelType, size) = type == ScalarType.BFloat16 ? (PanelType.BFloat16, 2) : (PanelType.Float32, 4);
        if (PackedLayout.Of(type) is not { } layout)
        {
            return new PackedWeight(opaque, outputs, inputs, panels: null);
        }

        var panelBytes = (long)Whole(inputs, layout.InputBlock) * layout.Width * size;
        var panels = new PanelWeight(address, panelType, layout.Width, original.Inputs, original.Outputs, panelBytes);
        return new PackedWeight(opaque, outputs, inputs, bytes == panelBytes * (Whole(outputs, layout.Width) / layout.Width) ? panels : null);
    }
}
