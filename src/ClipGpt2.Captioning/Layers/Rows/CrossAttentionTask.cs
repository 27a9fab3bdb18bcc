using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>softmax(scale * q kᵀ) v of rows over the keys and values of what each looks at, image by image and head by head: all rows of an image read them together.</summary>
internal unsafe struct CrossAttentionTask : IKernelTask
{
    private const nuint Alignment = 64;

    /// <summary>The keys and values [images, heads] in panels.</summary>
    public float* Panels;

    /// <summary>The positions that are looked at.</summary>
    public int Positions;

    public int Images;
    public int Heads;
    public int Size;
    public float Scale;

    /// <summary>[rows, heads * size].</summary>
    public RowView Queries;

    /// <summary>[rows, heads * size].</summary>
    public RowView Output;

    /// <summary>The rows, image by image.</summary>
    public int* Rows;

    /// <summary>[images + 1]: where each image's rows begin in <see cref="Rows"/>.</summary>
    public int* Starts;

    public readonly long Units => (long)Images * Heads;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(long begin, long end)
    {
        var (rows, panels) = ((long)PanelRows.MaxGroup * Size, HeadPanels.Floats(Positions, Size));
        var scores = PanelRows.MaxGroup * (long)new HeadPanels(Panels, Positions, Size).ScoreStride;
        var queries = (float*)NativeMemory.AlignedAlloc((nuint)((2 * rows) + scores + PanelRows.MaxSums) * sizeof(float), Alignment);
        try
        {
            for (var unit = begin; unit < end; unit++)
            {
                var (image, number) = Math.DivRem(unit, Heads);
                var head = new HeadPanels(Panels + (unit * panels), Positions, Size);
                var count = 0;
                for (var row = Starts[image]; row < Starts[image + 1]; row += count)
                {
                    var left = Math.Min(Starts[image + 1] - row, PanelRows.MaxGroup);
                    count = Attend(head, Rows + row, left, (int)number * Size, queries, queries + rows, queries + (2 * rows));
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(queries);
        }
    }

    /// <summary>One head of a group of rows, and of how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly int Attend(HeadPanels head, int* rows, int left, int column, float* queries, float* found, float* scores)
    {
        var sums = scores + (PanelRows.MaxGroup * (long)head.ScoreStride);
        for (var r = 0; r < left; r++)
        {
            Queries.Read(rows[r], column, Size, queries + (r * Size));
        }

        for (var i = 0; i < left * Size; i++)
        {
            queries[i] *= Scale;
        }

        var count = head.Score(queries, left, scores, sums);
        for (var r = 0; r < count; r++)
        {
            RowKernels.Softmax(scores + ((long)r * head.ScoreStride), Positions);
        }

        head.Mix(scores, count, found, Size, sums);
        for (var r = 0; r < count; r++)
        {
            Output.Write(rows[r], column, Size, found + (r * Size));
        }

        return count;
    }
}
