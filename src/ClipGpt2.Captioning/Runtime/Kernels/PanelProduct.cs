using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>
/// y = x Wᵀ + b for the few rows of a decoding step, straight over the packed weight. Such a product is bound by reading the weight once, and a
/// call into libtorch costs as much as a small one.
/// </summary>
/// <remarks>Every output is summed in the order of the inputs, so that neither the rows beside it nor the threads change it.</remarks>
internal static unsafe class PanelProduct
{
    /// <summary>The rows up to which this beats oneDNN's own product.</summary>
    public const int MaxRows = 10;

    private const int Panel = PackedWeight.Panel;

    /// <summary>Computes rows of outputs.</summary>
    /// <param name="weight">A weight whose <see cref="PackedWeight.Address"/> is known.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="x">[rows, in].</param>
    /// <param name="rows">From 1 to <see cref="MaxRows"/>.</param>
    /// <param name="y">[rows, out].</param>
    /// <param name="accumulate">Whether to add to what <paramref name="y"/> holds.</param>
    public static void Multiply(PackedWeight weight, float* bias, float* x, int rows, float* y, bool accumulate)
    {
        var job = new Job
        {
            Weight = weight.Address,
            PanelBytes = weight.PanelElements * (weight.IsBFloat16 ? 2 : 4),
            Panels = weight.Panels,
            In = weight.InFeatures,
            Out = weight.OutFeatures,
            IsBFloat16 = weight.IsBFloat16,
            Accumulate = accumulate,
            Bias = bias,
            X = x,
            Y = y,
            Rows = rows,
        };
        WorkerTeam.Run(&RunPart, &job);
    }

    private static void RunPart(void* context, int part, int parts)
    {
        var job = (Job*)context;
        var (begin, end) = (job->Panels * part / parts, job->Panels * (part + 1) / parts);
        var sums = stackalloc float[5 * Panel];
        for (var panel = begin; panel < end; panel++)
        {
            var weight = job->Weight + (panel * job->PanelBytes);
            for (var row = 0; row < job->Rows;)
            {
                row += RunRows(job, weight, panel, row, sums);
            }
        }
    }

    /// <summary>One panel's outputs for the next 1, 2 or 5 rows (a missing row is computed twice: the weight's reading is what takes time).</summary>
    private static int RunRows(Job* job, byte* weight, int panel, int row, float* sums)
    {
        var left = job->Rows - row;
        var x = job->X + ((long)row * job->In);
        int count;
        if (left >= 3)
        {
            count = Math.Min(left, 5);
            var r3 = x + (2L * job->In);
            var r4 = count > 3 ? x + (3L * job->In) : r3;
            var r5 = count > 4 ? x + (4L * job->In) : r3;
            if (job->IsBFloat16)
            {
                BFloat16Rows.Five(weight, job->In, x, x + job->In, r3, r4, r5, sums);
            }
            else
            {
                Float32Rows.Five((float*)weight, job->In, x, x + job->In, r3, r4, r5, sums);
            }
        }
        else if (left == 2)
        {
            count = 2;
            if (job->IsBFloat16)
            {
                BFloat16Rows.Two(weight, job->In, x, x + job->In, sums);
            }
            else
            {
                Float32Rows.Two((float*)weight, job->In, x, x + job->In, sums);
            }
        }
        else
        {
            count = 1;
            if (job->IsBFloat16)
            {
                BFloat16Rows.One(weight, job->In, x, sums);
            }
            else
            {
                Float32Rows.One((float*)weight, job->In, x, sums);
            }
        }

        for (var r = 0; r < count; r++)
        {
            Store(job, panel, row + r, sums + (r * Panel));
        }

        return count;
    }

    private static void Store(Job* job, int panel, int row, float* sums)
    {
        var first = panel * Panel;
        var count = Math.Min(Panel, job->Out - first);
        var y = job->Y + ((long)row * job->Out) + first;
        for (var i = 0; i < count; i++)
        {
            var value = sums[i] + (job->Bias is null ? 0 : job->Bias[first + i]);
            y[i] = job->Accumulate ? y[i] + value : value;
        }
    }

    private struct Job
    {
        public byte* Weight;
        public long PanelBytes;
        public int Panels;
        public int In;
        public int Out;
        public bool IsBFloat16;
        public bool Accumulate;
        public float* Bias;
        public float* X;
        public float* Y;
        public int Rows;
    }
}
