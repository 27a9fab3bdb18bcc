using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>Compares the cross-attention of rows with scalar loops in double precision.</summary>
internal static unsafe class CrossAttentionProof
{
    /// <summary>The proof; libtorch's operators take the kernel's place.</summary>
    public static readonly KernelProof Proof = new("Cross-attention of few rows", "libtorch's operators", () => AttentionProof.Check(Attend, ScalarType.Float32, DeviceType.CPU, withMasks: false));

    /// <summary>All queries [1, heads, T, d] as rows of one image.</summary>
    private static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal)
    {
        using var scope = NewDisposeScope();
        var (heads, count, size, positions) = ((int)query.shape[1], (int)query.shape[2], (int)query.shape[3], (int)key.shape[2]);
        var queries = Rows(query);
        var keysAndValues = cat([Rows(key), Rows(value)], 1);
        var output = empty(count, (long)heads * size);
        using var memory = new NativeFloats();
        memory.Reserve(heads * HeadPanels.Floats(positions, size));
        new HeadPanelsTask
        {
            First = (float*)RowTensor.First(keysAndValues), Pitch = keysAndValues.stride(0), Panels = memory.Pointer, Positions = positions, Images = 1, Heads = heads, Size = size,
        }.Run(0, heads);
        int[] rows = [.. Enumerable.Range(0, count)], starts = [0, count];
        fixed (int* firstRow = rows, firstStart = starts)
        {
            new CrossAttentionTask
            {
                Panels = memory.Pointer, Positions = positions, Images = 1, Heads = heads, Size = size, Scale = 1 / MathF.Sqrt(size),
                Queries = new RowView(queries), Output = new RowView(output), Rows = firstRow, Starts = firstStart,
            }.Run(0, heads);
        }

        return output.view(1, count, heads, size).transpose(1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>[1, heads, positions, d] to rows [positions, heads * d].</summary>
    private static Tensor Rows(Tensor x) => x.squeeze(0).transpose(0, 1).flatten(1).contiguous();
}
