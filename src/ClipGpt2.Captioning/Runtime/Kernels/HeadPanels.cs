using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>One head's keys and values in panels, in memory that somebody else owns: attention is two products of few rows over them.</summary>
internal readonly unsafe struct HeadPanels
{
    private readonly PanelWeight _keys; // panels [d][width]
    private readonly PanelWeight _values; // panels [S][width]

    /// <summary>Looks at memory of <see cref="Floats"/> numbers, all 0 before anything is laid out in it: what fills up the last panels stays so.</summary>
    public HeadPanels(float* memory, int positions, int size)
    {
        var keys = (long)Panels(positions) * Width * size;
        _keys = new PanelWeight((nint)memory, PanelType.Float32, Width, size, positions, (long)Width * size * sizeof(float));
        _values = new PanelWeight((nint)(memory + keys), PanelType.Float32, Width, positions, size, (long)Width * positions * sizeof(float));
    }

    /// <summary>From one row of scores to the next.</summary>
    public int ScoreStride => _keys.Panels * Width;

    private static int Width => Vector512.IsHardwareAccelerated ? PanelWeight.Wide : PanelWeight.Narrow;

    /// <summary>The numbers that the panels of S positions take.</summary>
    public static long Floats(int positions, int size) => ((long)Panels(positions) * Width * size) + ((long)Panels(size) * Width * positions);

    /// <summary>Copies keys and values [S, d] into the panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void LayOut(float* key, long keyStride, float* value, long valueStride)
    {
        var (positions, size) = (_keys.OutFeatures, _keys.InFeatures);
        for (var position = 0; position < positions; position++)
        {
            var panel = (float*)_keys.Block(position / Width, 0);
            var column = position % Width;
            for (var i = 0; i < size; i++)
            {
                panel[(i * Width) + column] = key[(position * keyStride) + i];
            }

            for (var first = 0; first < size; first += Width)
            {
                var count = Math.Min(Width, size - first);
                new Span<float>(value + (position * valueStride) + first, count).CopyTo(new((float*)_values.Block(first / Width, position), count));
            }
        }
    }

    /// <summary>The scores of some of the next queries, and how many of them.</summary>
    /// <param name="queries">The next query [d].</param>
    /// <param name="left">The queries that are left, 1 or more; they lie side by side.</param>
    /// <param name="scores">Gets [queries, <see cref="ScoreStride"/>].</param>
    /// <param name="sums"><see cref="PanelRows.MaxSums"/> numbers of memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Score(float* queries, int left, float* scores, float* sums)
    {
        var count = 0;
        for (var panel = 0; panel < _keys.Panels; panel++)
        {
            count = PanelRows.Sum(_keys, panel, queries, _keys.InFeatures, left, sums);
            Scatter(sums, count, scores + (panel * Width), ScoreStride, Width);
        }

        return count;
    }

    /// <summary>The values' sums by the scores of a group of queries, which softmax made weights.</summary>
    /// <param name="scores">[count, <see cref="ScoreStride"/>].</param>
    /// <param name="count">What <see cref="Score"/> returned.</param>
    /// <param name="output">Gets [count, d].</param>
    /// <param name="stride">From one output to the next.</param>
    /// <param name="sums"><see cref="PanelRows.MaxSums"/> numbers of memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Mix(float* scores, int count, float* output, long stride, float* sums)
    {
        for (var panel = 0; panel < _values.Panels; panel++)
        {
            var first = panel * Width;
            _ = PanelRows.Sum(_values, panel, scores, ScoreStride, count, sums);
            Scatter(sums, count, output + first, stride, Math.Min(Width, _values.OutFeatures - first));
        }
    }

    private static int Panels(int columns) => (columns + Width - 1) / Width;

    /// <summary>Copies rows of sums to where they belong.</summary>
    private static void Scatter(float* sums, int rows, float* target, long stride, int columns)
    {
        for (var row = 0; row < rows; row++)
        {
            new Span<float>(sums + (row * Width), columns).CopyTo(new(target + (row * stride), columns));
        }
    }
}
