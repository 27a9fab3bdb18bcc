using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>
/// y = x Wᵀ + b for the rows of a decoding step, straight over a weight in panels. For few rows such a product is bound by reading the weight
/// once, and a call into libtorch costs as much as a small one.
/// </summary>
/// <remarks>Every output is summed in the order of the inputs, so that neither the rows beside it nor the threads change it.</remarks>
internal static unsafe class PanelProduct
{
    private const int Width = PanelWeight.Width;

    /// <summary>The rows up to which this beats the product that takes over above it (measured).</summary>
    /// <remarks>
    /// In float32 the arithmetic is as fast as oneDNN's, and nothing waits for OpenMP's threads, which on a busy machine takes many times the
    /// product's own time; bfloat16 has instructions that .NET doesn't know.
    /// </remarks>
    public static int MaxRows(PanelType type) => type switch
    {
        PanelType.BFloat16 => 5,
        PanelType.Float32 => 400,
        _ => 128,
    };

    /// <summary>Computes rows of outputs.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="x">[rows, in].</param>
    /// <param name="rows">One or more.</param>
    /// <param name="y">[rows, out].</param>
    /// <param name="accumulate">Whether to add to what <paramref name="y"/> holds.</param>
    /// <param name="activate">What is applied to the outputs in place, part by part; or null.</param>
    public static void Multiply(PanelWeight weight, float* bias, float* x, int rows, float* y, bool accumulate, delegate*<Span<float>, void> activate = null)
    {
        var job = new Job { Weight = weight, Bias = bias, X = x, Rows = rows, Y = y, Accumulate = accumulate, Activate = activate };
        WorkerTeam.Run(&RunPart, &job);
    }

    private static void RunPart(void* context, int part, int parts)
    {
        var job = (Job*)context;
        var panels = job->Weight.Panels;
        var sums = stackalloc float[5 * Width];
        for (var panel = panels * part / parts; panel < panels * (part + 1) / parts; panel++)
        {
            for (var row = 0; row < job->Rows;)
            {
                var count = Sum(job, panel, row, sums);
                for (var r = 0; r < count; r++)
                {
                    Store(job, panel, row + r, sums + (r * Width));
                }

                row += count;
            }
        }
    }

    /// <summary>Sums one panel's outputs for the next 1 to 5 rows and returns how many.</summary>
    private static int Sum(Job* job, int panel, int row, float* sums)
    {
        var weight = (void*)(job->Weight.Address + (nint)(panel * job->Weight.PanelBytes));
        var inputs = job->Weight.InFeatures;
        var left = job->Rows - row;
        var x0 = job->X + ((long)row * inputs);
        var x1 = x0 + inputs;
        switch (job->Weight.Type, left)
        {
            case (PanelType.Float32, 1):
                Float32Rows.One((float*)weight, inputs, x0, sums);
                return 1;
            case (PanelType.Float32, 2):
                Float32Rows.Two((float*)weight, inputs, x0, x1, sums);
                return 2;
            case (PanelType.BFloat16, 1):
                BFloat16Rows.One((byte*)weight, inputs, x0, sums);
                return 1;
            case (PanelType.BFloat16, 2):
                BFloat16Rows.Two((byte*)weight, inputs, x0, x1, sums);
                return 2;
            case (PanelType.Int8, 1):
                Int8Rows.One((sbyte*)weight, inputs, x0, sums);
                return 1;
            case (PanelType.Int8, 2):
                Int8Rows.Two((sbyte*)weight, inputs, x0, x1, sums);
                return 2;
        }

        // A missing row is computed twice: reading the weight is what takes time.
        var x2 = x1 + inputs;
        var x3 = left > 3 ? x2 + inputs : x2;
        var x4 = left > 4 ? x3 + inputs : x2;
        switch (job->Weight.Type)
        {
            case PanelType.Float32:
                Float32Rows.Five((float*)weight, inputs, x0, x1, x2, x3, x4, sums);
                break;
            case PanelType.BFloat16:
                BFloat16Rows.Five((byte*)weight, inputs, x0, x1, x2, x3, x4, sums);
                break;
            default:
                Int8Rows.Five((sbyte*)weight, inputs, x0, x1, x2, x3, x4, sums);
                break;
        }

        return Math.Min(left, 5);
    }

    private static void Store(Job* job, int panel, int row, float* sums)
    {
        var first = panel * Width;
        var count = Math.Min(Width, job->Weight.OutFeatures - first);
        var scales = (float*)job->Weight.Scales;
        var y = job->Y + ((long)row * job->Weight.OutFeatures) + first;
        var i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            var value = Vector512.Load(sums + i);
            value = scales is null ? value : value * Vector512.Load(scales + first + i);
            value = job->Bias is null ? value : value + Vector512.Load(job->Bias + first + i);
            (job->Accumulate ? Vector512.Load(y + i) + value : value).Store(y + i);
        }

        for (; i < count; i++)
        {
            var value = scales is null ? sums[i] : sums[i] * scales[first + i];
            value += job->Bias is null ? 0 : job->Bias[first + i];
            y[i] = job->Accumulate ? y[i] + value : value;
        }

        if (job->Activate is not null)
        {
            job->Activate(new Span<float>(y, count));
        }
    }

    private struct Job
    {
        public PanelWeight Weight;
        public float* Bias;
        public float* X;
        public int Rows;
        public float* Y;
        public bool Accumulate;
        public delegate*<Span<float>, void> Activate;
    }
}
