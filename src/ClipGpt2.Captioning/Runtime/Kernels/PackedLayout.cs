using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>How oneDNN lays out packed weights: [out / width][in][width], in bfloat16 with each two inputs beside each other.</summary>
/// <param name="Width">The outputs of a block.</param>
/// <param name="InputBlock">What oneDNN fills the inputs up to a multiple of.</param>
/// <remarks>Which layout it is depends on the processor and on what limits oneDNN. It is found by looking at a packed weight; that a weight was packed well is for its proof to say.</remarks>
internal sealed record PackedLayout(int Width, int InputBlock)
{
    /// <summary>Whole blocks of each width that oneDNN knows, so that no layout has a tail.</summary>
    private const int WholeOutputs = 192;

    // The layouts that there are managed products for.
    private static readonly PackedLayout Wide = new(PanelWeight.Wide, 16);
    private static readonly PackedLayout Narrow = new(PanelWeight.Narrow, 8);

    private static readonly ConcurrentDictionary<ScalarType, Lazy<PackedLayout?>> Found = new();

    /// <summary>The layout of weights in a type, if there is one that managed products of this processor know.</summary>
    public static PackedLayout? Of(ScalarType type) => Found.GetOrAdd(type, _ => new Lazy<PackedLayout?>(() => Find(type))).Value;

    /// <summary>What outputs are filled up to a multiple of, so that oneDNN need not: some versions garble the last block on some processors.</summary>
    public static int OutputBlock(ScalarType type) => Of(type) == Wide ? Wide.Width : WholeOutputs;

    private static PackedLayout? Find(ScalarType type)
    {
        if (OneDnn.Missing(type) is not null)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        const int Inputs = 48;
        var values = Enumerable.Range(0, WholeOutputs * Inputs).Select(i => (float)(i % 251)).ToArray(); // exact in 8 bits, and repeated in no block's distance
        var weight = tensor(values, [WholeOutputs, Inputs]).to_type(type);
        var (address, bytes) = OneDnn.Memory(OneDnn.PackUndisturbed(weight));
        return bytes == weight.bytes.Length ? Known(type).FirstOrDefault(layout => layout.Holds(weight, address, type)) : null;
    }

    private static IEnumerable<PackedLayout> Known(ScalarType type)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            yield return Wide;
        }

        if (type == ScalarType.Float32 && Vector256.IsHardwareAccelerated && Fma.IsSupported)
        {
            yield return Narrow;
        }
    }

    /// <summary>Whether memory holds a weight [out, in] in this layout.</summary>
    private unsafe bool Holds(Tensor weight, nint address, ScalarType type)
    {
        var (outputs, inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        var group = type == ScalarType.BFloat16 ? 2 : 1;
        var panels = weight.view(outputs / Width, Width, inputs / group, group).permute(0, 2, 1, 3).contiguous();
        return panels.bytes.SequenceEqual(new ReadOnlySpan<byte>((void*)address, panels.bytes.Length));
    }
}
