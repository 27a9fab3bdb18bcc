using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>The product of one row with some outputs of a float32 weight, by scalar loops in double precision, shared out among the kernels' threads by inputs.</summary>
/// <remarks>
/// Where the weight is stored as [in, out], each input's weights lie in pages of their own, and finding those takes longer than multiplying: they
/// are gone through once, for all outputs together. The loops are compiled well at once: most programs load one model, and don't come here often.
/// </remarks>
internal unsafe struct ReferenceProduct
{
    // Inputs whose weights are gathered before they are multiplied: they stay in the cache.
    private const int Piece = 128;

    /// <summary>The weight: [out, in], or [in, out] if <see cref="InputRows"/>.</summary>
    public float* Weight;

    public bool InputRows;
    public int Inputs;
    public int Outputs;

    /// <summary>The factors [in].</summary>
    public float* X;

    /// <summary>What weights are rounded to.</summary>
    public WeightFormat Format;

    /// <summary>The runs of neighbouring outputs.</summary>
    public OutputRun* Runs;

    public int RunCount;

    /// <summary>How many outputs the runs have together.</summary>
    public int Total;

    /// <summary>Sums and then magnitudes of each part of the inputs: [parts, 2, total].</summary>
    public double* Results;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunPart(void* context, int part, int parts)
    {
        var job = (ReferenceProduct*)context;
        var results = job->Results + (2L * part * job->Total);
        var (begin, end) = ((int)((long)job->Inputs * part / parts), (int)((long)job->Inputs * (part + 1) / parts));
        if (job->InputRows)
        {
            job->AddGathered(begin, end, results);
        }
        else
        {
            job->AddRows(begin, end, results);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void AddRows(int begin, int end, double* results)
    {
        for (int run = 0, at = 0; run < RunCount; at += Runs[run++].Count)
        {
            var columns = new WeightColumns(Weight + ((long)Runs[run].Begin * Inputs) + begin, Inputs, 1);
            columns.Multiply(new(X + begin, end - begin), Format, new(results + at, Runs[run].Count), new(results + Total + at, Runs[run].Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void AddGathered(int begin, int end, double* results)
    {
        var gathered = new float[Math.Min(Piece, end - begin) * Total];
        fixed (float* target = gathered)
        {
            for (var first = begin; first < end; first += Piece)
            {
                var count = Math.Min(Piece, end - first);
                Gather(first, count, target);
                new WeightColumns(target, 1, Total).Multiply(new(X + first, count), Format, new(results, Total), new(results + Total, Total));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Gather(int first, int count, float* target)
    {
        for (var input = first; input < first + count; input++)
        {
            var row = Weight + ((long)input * Outputs);
            for (var run = 0; run < RunCount; target += Runs[run++].Count)
            {
                new ReadOnlySpan<float>(row + Runs[run].Begin, Runs[run].Count).CopyTo(new(target, Runs[run].Count));
            }
        }
    }
}
