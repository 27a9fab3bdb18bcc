using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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

    private static int Width => Vector512.IsHardwareAccelerated ? PanelWeight.Wide : PanelWeight.Narrow;

    private readonly int KeyPanels => (Keys + Width - 1) / Width;

    private readonly int ValuePanels => (Size + Width - 1) / Width;

    private readonly int ScoreStride => KeyPanels * Width;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(long begin, long end)
    {
        var (queries, keys, values, scores) = ((long)Queries * Size, (long)KeyPanels * Width * Size, (long)ValuePanels * Width * Keys, (long)PanelRows.MaxGroup * ScoreStride);
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)(queries + keys + values + scores + PanelRows.MaxSums) * sizeof(float), Alignment);
        try
        {
            // What fills up the last panels stays 0: it is multiplied, and not looked at.
            new Span<float>(memory, checked((int)(queries + keys + values))).Clear();
            var scratch = new Scratch { Queries = memory, Keys = memory + queries, Values = memory + queries + keys, Scores = memory + queries + keys + values };
            scratch.Sums = scratch.Scores + scores;
            for (var unit = begin; unit < end; unit++)
            {
                var (batch, head) = Math.DivRem(unit, Heads);
                LayOut(batch, head, scratch);
                Attend(batch, head, scratch);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>Queries row by row, divided by √d; keys in panels [d][width], values in panels [S][width].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void LayOut(long batch, long head, Scratch scratch)
    {
        float* query = Query.Head(batch, head), key = Key.Head(batch, head), value = Value.Head(batch, head);
        var scale = 1 / MathF.Sqrt(Size);
        for (var row = 0; row < Queries; row++)
        {
            for (var i = 0; i < Size; i++)
            {
                scratch.Queries[(row * Size) + i] = query[(row * Query.PositionStride) + i] * scale;
            }
        }

        for (var position = 0; position < Keys; position++)
        {
            var panel = scratch.Keys + (position / Width * Width * Size);
            var column = position % Width;
            for (var i = 0; i < Size; i++)
            {
                panel[(i * Width) + column] = key[(position * Key.PositionStride) + i];
            }

            for (var first = 0; first < Size; first += Width)
            {
                var count = Math.Min(Width, Size - first);
                new Span<float>(value + (position * Value.PositionStride) + first, count).CopyTo(new(scratch.Values + ((long)first * Keys) + (position * Width), count));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Attend(long batch, long head, Scratch scratch)
    {
        var keys = new PanelWeight((nint)scratch.Keys, PanelType.Float32, Width, Size, Keys, (long)Width * Size * sizeof(float));
        var values = new PanelWeight((nint)scratch.Values, PanelType.Float32, Width, Keys, Size, (long)Width * Keys * sizeof(float));
        var output = Output.Head(batch, head);
        var count = 0;
        for (var row = 0; row < Queries; row += count)
        {
            for (var panel = 0; panel < keys.Panels; panel++)
            {
                count = PanelRows.Sum(keys, panel, scratch.Queries + ((long)row * Size), Size, Queries - row, scratch.Sums);
                Scatter(scratch.Sums, count, scratch.Scores + (panel * Width), ScoreStride, Width);
            }

            for (var r = 0; r < count; r++)
            {
                Weigh(scratch.Scores + (r * ScoreStride), batch, head, row + r);
            }

            for (var panel = 0; panel < values.Panels; panel++)
            {
                var first = panel * Width;
                _ = PanelRows.Sum(values, panel, scratch.Scores, ScoreStride, count, scratch.Sums);
                Scatter(scratch.Sums, count, output + (row * Output.PositionStride) + first, Output.PositionStride, Math.Min(Width, Size - first));
            }
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

    /// <summary>Copies rows of sums to where they belong.</summary>
    private static void Scatter(float* sums, int rows, float* target, long stride, int columns)
    {
        for (var row = 0; row < rows; row++)
        {
            new Span<float>(sums + (row * Width), columns).CopyTo(new(target + (row * stride), columns));
        }
    }

    private struct Scratch
    {
        public float* Queries;
        public float* Keys;
        public float* Values;
        public float* Scores;
        public float* Sums;
    }
}
