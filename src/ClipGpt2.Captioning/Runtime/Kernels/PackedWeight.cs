using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>A weight [out, in] in oneDNN's blocked layout, which the managed product for few rows reads too where it knows the layout.</summary>
internal sealed unsafe class PackedWeight : IDisposable
{
    // oneDNN fills the inputs up to a multiple of this.
    private const int InputBlock = 16;

    /// <summary>Packs a weight [out, in] of float32 or bfloat16.</summary>
    public PackedWeight(Tensor plain)
    {
        Opaque = OneDnn.Pack(plain).DetachFromDisposeScope();
        var panels = PanelsOf(Opaque, plain.shape[0], plain.shape[1], plain.dtype);
        if (panels is { } known && IsInPanels(known, plain))
        {
            Panels = known;
            HugePages.AdviseSoon(known);
        }
    }

    private PackedWeight(Tensor opaque, PanelWeight panels)
    {
        Opaque = opaque;
        Panels = panels;
    }

    /// <summary>What oneDNN's products take.</summary>
    public Tensor Opaque { get; }

    /// <summary>The same memory as panels, or null where oneDNN chose another layout.</summary>
    public PanelWeight? Panels { get; }

    /// <summary>Packs a float32 weight that is stored as [in, out].</summary>
    /// <param name="stored">Contiguous, on the CPU.</param>
    /// <param name="type">Float32 or bfloat16.</param>
    public static PackedWeight FromInputRows(Tensor stored, ScalarType type)
    {
        var (inputs, outputs) = (stored.shape[0], stored.shape[1]);
        if (PanelFilling.Fits(inputs, outputs))
        {
            // oneDNN lays out the packed weight; what it packs here is memory that was never touched, and is written over.
            using var untouched = empty([outputs, inputs], type);
            var opaque = OneDnn.Pack(untouched).DetachFromDisposeScope();
            if (PanelsOf(opaque, outputs, inputs, type) is { } panels)
            {
                fixed (byte* source = stored.bytes)
                {
                    PanelFilling.Fill((float*)source, panels);
                }

                if (IsReadAsPanels(opaque, panels, type))
                {
                    HugePages.AdviseSoon(panels);
                    return new PackedWeight(opaque, panels);
                }
            }

            opaque.Dispose();
        }

        using var turned = stored.t();
        using var plain = turned.to(type).contiguous();
        return new PackedWeight(plain);
    }

    public void Dispose() => Opaque.Dispose();

    /// <summary>The packed memory as panels, if it has their size.</summary>
    private static PanelWeight? PanelsOf(Tensor opaque, long outputs, long inputs, ScalarType type)
    {
        var (address, bytes) = OneDnn.Memory(opaque);
        var (panelType, size) = type == ScalarType.BFloat16 ? (PanelType.BFloat16, 2) : (PanelType.Float32, 4);
        var padded = (inputs + InputBlock - 1) / InputBlock * InputBlock;
        var panels = new PanelWeight(address, panelType, (int)inputs, (int)outputs, padded * PanelWeight.Width * size);
        return Vector512.IsHardwareAccelerated && bytes == panels.PanelBytes * panels.Panels ? panels : null;
    }

    /// <summary>Whether oneDNN's product over the memory is the managed one, that is, whether it is laid out in panels.</summary>
    private static bool IsReadAsPanels(Tensor opaque, PanelWeight panels, ScalarType type)
    {
        var x = new float[panels.InFeatures];
        var random = new Random(1);
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = random.Next(-8, 9); // exact in bfloat16
        }

        using var input = torch.tensor(x, type).unsqueeze_(0);
        using var product = OneDnn.Linear(input, opaque, null);
        using var converted = product.to_type(ScalarType.Float32);
        var y = new float[panels.OutFeatures];
        fixed (float* from = x, to = y)
        {
            PanelProduct.Multiply(panels, null, from, 1, to, accumulate: false);
        }

        var largest = TensorPrimitives.MaxMagnitude(y);
        var tolerance = (type == ScalarType.BFloat16 ? 1e-2f : 1e-4f) * MathF.Abs(largest);
        return !(TensorPrimitives.Distance(converted.data<float>().ToArray(), y) > tolerance * MathF.Sqrt(y.Length));
    }

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
