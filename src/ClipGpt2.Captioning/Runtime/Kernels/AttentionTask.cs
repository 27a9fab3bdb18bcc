using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>
/// softmax(q kᵀ / √d + mask) v, head by head. Keys and values are laid out in panels, and both products are those of few rows over panels: nothing
/// is written but the scores of a group of rows.
/// </summary>
internal unsafe struct AttentionTask : IKernelTask
{
    private const nuint Alignment = 64;

    /// <summary>[B, heads, T, d].</summary>
    public HeadView Query;

    /// <summary>[B, heads, S, d].</summary>
    public HeadView Key;

    /// <summary>[B, heads, S, d].</summary>
    public HeadView Value;

    /// <summary>[B, heads, T, S], added to the scores; or nothing.</summary>
    public HeadView? Mask;

    /// <summary>[B, heads, T, d].</summary>
    public HeadView Output;

    public int Batch;
    public int Heads;
    public int Queries;
    public int Keys;
    public int Size;

    /// <summary>Whether a query sees only its own position and those before it.</summary>
    public bool Causal;

    public readonly long Units => (long)Batch * Heads;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(long begin, long end)
    {
        var (queries, panels) = ((long)Queries * Size, HeadPanels.Floats(Keys, Size));
        var scores = PanelRows.MaxGroup * (long)new HeadPanels(null, Keys, Size).ScoreStride;
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)(queries + panels + scores + PanelRows.MaxSums) * sizeof(float), Alignment);
        try
        {
            new Span<float>(memory, checked((int)(queries + panels))).Clear();
            var head = new HeadPanels(memory + queries, Keys, Size);
            for (var unit = begin; unit < end; unit++)
            {
                var (batch, number) = Math.DivRem(unit, Heads);
                Scale(Query.Head(batch, number), memory);
                head.LayOut(Key.Head(batch, number), Key.PositionStride, Value.Head(batch, number), Value.PositionStride);
                Attend(batch, number, head, memory, memory + queries + panels);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>Copies queries row by row, divided by √d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Scale(float* query, float* scaled)
    {
        var scale = 1 / MathF.Sqrt(Size);
        for (var row = 0; row < Queries; row++)
        {
            for (var i = 0; i < Size; i++)
            {
                scaled[(row * Size) + i] = query[(row * Query.PositionStride) + i] * scale;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Attend(long batch, long number, HeadPanels head, float* queries, float* scores)
    {
        var output = Output.Head(batch, number);
        var sums = scores + (PanelRows.MaxGroup * (long)head.ScoreStride);
        var count = 0;
        for (var row = 0; row < Queries; row += count)
        {
            count = head.Score(queries + ((long)row * Size), Queries - row, scores, sums);
            for (var r = 0; r < count; r++)
            {
                Weigh(scores + ((long)r * head.ScoreStride), batch, number, row + r);
            }

            head.Mix(scores, count, output + (row * Output.PositionStride), Output.PositionStride, sums);
        }
    }

    /// <summary>Turns one query's scores into weights; what it doesn't see gets 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Weigh(float* scores, long batch, long head, int row)
    {
        if (Mask is { } mask)
        {
            var added = mask.Head(batch, head) + (row * mask.PositionStride);
            for (var i = 0; i < Keys; i++)
            {
                scores[i] += added[i];
            }
        }

        var visible = Causal ? row + 1 : Keys;
        RowKernels.Softmax(scores, visible);
        new Span<float>(scores + visible, Keys - visible).Clear();
    }
}
