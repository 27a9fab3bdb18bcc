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
    // What each thread's share is cut into. Neighbouring panels go to one thread: it knows which comes next.
    private const int Portions = 8;

    // What stays in the second cache with the block that follows it: 64 KB of float32 in a panel.
    private const int InputsTogether = 256;

    // Their sums stay in the first cache.
    private const int RowsTogether = 60;

    private const int CacheLine = 64;

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
        var sums = stackalloc float[(RowsTogether + PanelRows.MaxGroup) * PanelWeight.Wide];
        int end;
        while ((end = Interlocked.Add(ref job->Taken, together)) - together < panels)
        {
            for (var panel = end - together; panel < Math.Min(end, panels); panel++)
            {
                Multiply(job, panel, panel + 1 < end, sums);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(Job* job, int panel, bool isNextOwn, float* sums)
    {
        var (weight, inputs) = (job->Weight, job->Weight.InFeatures);
        var together = job->Rows > PanelRows.MaxGroup && weight.Width == PanelWeight.Wide ? InputsTogether : inputs;
        for (var row = 0; row < job->Rows; row += RowsTogether)
        {
            var rows = Math.Min(RowsTogether, job->Rows - row);
            new Span<float>(sums, rows * weight.Width).Clear();
            for (var input = 0; input < inputs; input += together)
            {
                var following = input + together < inputs ? weight.Block(panel, input + together) : weight.Block(Next(job, panel, isNextOwn), 0);
                AddBlock(job, panel, input, Math.Min(together, inputs - input), row, rows, following, sums);
            }

            for (var r = 0; r < rows; r++)
            {
                Store(job, panel, row + r, sums + (r * weight.Width));
            }
        }
    }

    /// <summary>The panel that this thread will probably do next: where another one isn't sure, the first that nobody has taken on.</summary>
    private static int Next(Job* job, int panel, bool isNextOwn) => Math.Min(isNextOwn ? panel + 1 : Volatile.Read(ref job->Taken), job->Weight.Panels - 1);

    /// <summary>Adds a block of inputs to the sums of some rows. The first of them read it from memory, the others from the cache, and meanwhile ask for the block that follows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBlock(Job* job, int panel, int input, int inputs, int firstRow, int rows, byte* following, float* sums)
    {
        var weight = job->Weight;
        var block = weight.Block(panel, input);
        var (asked, part, all) = (0L, (long)inputs / weight.InputsAtOnce * CacheLine, (long)inputs * weight.InputBytes);
        byte* next = null;
        for (var row = 0; row < rows;)
        {
            var x = job->X + ((long)(firstRow + row) * weight.InFeatures) + input;
            row += PanelRows.Add(weight, block, inputs, x, weight.InFeatures, rows - row, sums + (row * weight.Width), next);
            next = asked < all ? following + asked : block;
            asked += part;
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
