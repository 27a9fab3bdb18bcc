using System.Runtime.CompilerServices;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>One panel times a few rows, by the code for the panel's type and width.</summary>
/// <remarks>Every output is summed in the order of the inputs, so that neither the rows beside it nor the blocks of inputs change it.</remarks>
internal static unsafe class PanelRows
{
    /// <summary>The most rows that one reading of a panel serves.</summary>
    public const int MaxGroup = 5;

    /// <summary>The floats that the sums of a group take at most.</summary>
    public const int MaxSums = MaxGroup * PanelWeight.Wide;

    private const int NarrowGroup = 4;

    /// <summary>Sums one panel's outputs for some of the next rows and returns for how many.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="panel">The panel's number.</param>
    /// <param name="x">The next row [in].</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="left">The rows that are left, 1 or more.</param>
    /// <param name="sums">Gets [rows, width]; <see cref="MaxSums"/> numbers of memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Sum(PanelWeight weight, int panel, float* x, long stride, int left, float* sums)
    {
        new Span<float>(sums, Math.Min(left, MaxGroup) * weight.Width).Clear();
        return Add(weight, weight.Block(panel, 0), weight.InFeatures, x, stride, left, sums, next: null);
    }

    /// <summary>Adds one panel's outputs of a block of inputs to the sums of some of the next rows and returns for how many.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="block">The panel's block.</param>
    /// <param name="inputs">The inputs in the block; an odd number only in a panel's last one.</param>
    /// <param name="x">The next row, from the block's first input on.</param>
    /// <param name="stride">From one row to the next.</param>
    /// <param name="left">The rows that are left, 1 or more.</param>
    /// <param name="sums">[rows, width]; <see cref="MaxSums"/> numbers of memory.</param>
    /// <param name="next">What to ask the memory for meanwhile; null for what lies ahead in the block.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Add(PanelWeight weight, byte* block, int inputs, float* x, long stride, int left, float* sums, byte* next) => weight.Width == PanelWeight.Narrow
        ? AddNarrow((float*)block, inputs, x, stride, left, sums)
        : AddWide(weight.Type, block, inputs, x, stride, left, sums, next);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AddNarrow(float* weight, int inputs, float* x0, long stride, int left, float* sums)
    {
        var x1 = x0 + stride;
        switch (left)
        {
            case 1:
                Float32NarrowRows.One(weight, inputs, x0, sums);
                return 1;
            case 2:
                Float32NarrowRows.Two(weight, inputs, x0, x1, sums);
                return 2;
        }

        // A missing row is computed twice: reading the weight is what takes time.
        var x2 = x1 + stride;
        Float32NarrowRows.Four(weight, inputs, x0, x1, x2, left > 3 ? x2 + stride : x2, sums);
        return Math.Min(left, NarrowGroup);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AddWide(PanelType type, byte* weight, int inputs, float* x0, long stride, int left, float* sums, byte* next)
    {
        var x1 = x0 + stride;
        switch (type, left)
        {
            case (PanelType.Float32, 1):
                Float32Rows.One((float*)weight, inputs, x0, sums);
                return 1;
            case (PanelType.Float32, 2):
                Float32Rows.Two((float*)weight, inputs, x0, x1, sums);
                return 2;
            case (PanelType.BFloat16, 1):
                BFloat16Rows.One(weight, inputs, x0, sums);
                return 1;
            case (PanelType.BFloat16, 2):
                BFloat16Rows.Two(weight, inputs, x0, x1, sums);
                return 2;
            case (PanelType.Int8, 1):
                Int8Rows.One((sbyte*)weight, inputs, x0, sums);
                return 1;
            case (PanelType.Int8, 2):
                Int8Rows.Two((sbyte*)weight, inputs, x0, x1, sums);
                return 2;
        }

        var x2 = x1 + stride;
        var x3 = left > 3 ? x2 + stride : x2;
        var x4 = left > 4 ? x3 + stride : x2;
        switch (type)
        {
            case PanelType.Float32:
                Float32Rows.Five((float*)weight, inputs, x0, x1, x2, x3, x4, sums, next is null ? Prefetch.Along(weight, PanelWeight.Wide * sizeof(float)) : Prefetch.Of(next));
                break;
            case PanelType.BFloat16:
                BFloat16Rows.Five(weight, inputs, x0, x1, x2, x3, x4, sums, next is null ? Prefetch.Along(weight, PanelWeight.Wide * sizeof(float)) : Prefetch.Of(next));
                break;
            case PanelType.Int8:
                Int8Rows.Five((sbyte*)weight, inputs, x0, x1, x2, x3, x4, sums, next is null ? Prefetch.Along(weight, PanelWeight.Wide) : Prefetch.Of(next));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, null);
        }

        return Math.Min(left, MaxGroup);
    }
}
