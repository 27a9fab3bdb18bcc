using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>
/// y = x Wᵀ + b for the rows of a decoding step, straight over a weight in panels. For few rows such a product is bound by reading the weight
/// once, and a call into libtorch costs as much as a small one.
/// </summary>
/// <remarks>Every output is summed in the order of the inputs, so that neither the rows beside it nor the threads change it.</remarks>
internal static unsafe class PanelProduct
{
    // What each thread's share is cut into.
    private const int Portions = 8;

    /// <summary>The rows up to which this beats the product that takes over above it (measured).</summary>
    /// <remarks>
    /// In float32 the arithmetic is as fast as oneDNN's with AVX-512, and a quarter slower with AVX2's fewer registers; and nothing waits for OpenMP's
    /// threads, which on a busy machine takes many times the product's own time. bfloat16 has instructions that .NET doesn't know.
    /// </remarks>
    public static int MaxRows(PanelType type, int width) => (type, width) switch
    {
        (PanelType.Float32, PanelWeight.Wide) => 400,
        (PanelType.Float32, PanelWeight.Narrow) => 40,
        (PanelType.BFloat16, PanelWeight.Wide) => 5,
        (PanelType.Int8, PanelWeight.Wide) => 128,
        _ => throw new ArgumentOutOfRangeException(nameof(width), (type, width), "There are no such panels."),
    };

    /// <summary>Computes rows of outputs.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="x">[rows, in].</param>
    /// <param name="rows">One or more.</param>
    /// <param name="y">[rows, out].</param>
    /// <param name="addend">[rows, out], which is added; <paramref name="y"/> itself to add to what it holds; or null.</param>
    /// <param name="activate">What is applied to the outputs in place, part by part; or null.</param>
    public static void Multiply(PanelWeight weight, float* bias, float* x, int rows, float* y, float* addend, delegate*<Span<float>, void> activate = null)
    {
        var job = new Job { Weight = weight, Bias = bias, X = x, Rows = rows, Y = y, Addend = addend, Activate = activate };
        WorkerTeam.Run(&RunPart, &job);
    }

    /// <summary>One row's product for the panels that hold some outputs: [out], of which only those were computed.</summary>
    public static float[] Sample(PanelWeight weight, float[]? bias, float[] x, OutputRun[] runs)
    {
        var sums = new float[weight.OutFeatures];
        fixed (float* input = x, offset = bias, output = sums)
        {
            foreach (var (begin, count) in runs)
            {
                var first = begin / weight.Width;
                var panels = weight.Slice(first, ((begin + count - 1) / weight.Width) - first + 1);
                var at = first * weight.Width;
                Multiply(panels, bias is null ? null : offset + at, input, 1, output + at, addend: null);
            }
        }

        return sums;
    }

    /// <summary>Does panels until none is left: a thread that another program holds up leaves more of them to the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunPart(void* context, int part, int parts)
    {
        var job = (Job*)context;
        var panels = job->Weight.Panels;
        var together = Math.Max(1, panels / (parts * Portions));
        var sums = stackalloc float[PanelRows.MaxSums];
        int end;
        while ((end = Interlocked.Add(ref job->Taken, together)) - together < panels)
        {
            for (var panel = end - together; panel < Math.Min(end, panels); panel++)
            {
                Multiply(job, panel, sums);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(Job* job, int panel, float* sums)
    {
        var (width, inputs) = (job->Weight.Width, job->Weight.InFeatures);
        for (var row = 0; row < job->Rows;)
        {
            var count = PanelRows.Sum(job->Weight, panel, job->X + ((long)row * inputs), inputs, job->Rows - row, sums);
            for (var r = 0; r < count; r++)
            {
                Store(job, panel, row + r, sums + (r * width));
            }

            row += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store(Job* job, int panel, int row, float* sums)
    {
        var first = panel * job->Weight.Width;
        var count = Math.Min(job->Weight.Width, job->Weight.OutFeatures - first);
        var scales = (float*)job->Weight.Scales;
        var place = ((long)row * job->Weight.OutFeatures) + first;
        var y = job->Y + place;
        var addend = job->Addend is null ? null : job->Addend + place;
        var i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var value = Vector256.Load(sums + i);
            value = scales is null ? value : value * Vector256.Load(scales + first + i);
            value = job->Bias is null ? value : value + Vector256.Load(job->Bias + first + i);
            (addend is null ? value : Vector256.Load(addend + i) + value).Store(y + i);
        }

        for (; i < count; i++)
        {
            var value = scales is null ? sums[i] : sums[i] * scales[first + i];
            value += job->Bias is null ? 0 : job->Bias[first + i];
            y[i] = addend is null ? value : addend[i] + value;
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
        public float* Addend;

        /// <summary>The panels that threads have taken on.</summary>
        public int Taken;
        public delegate*<Span<float>, void> Activate;
    }
}
