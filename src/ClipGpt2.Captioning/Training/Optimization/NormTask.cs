using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>Measures plain memory block by block; how the blocks are shared out doesn't change what each gives.</summary>
internal unsafe struct NormTask : IKernelTask
{
    private const int BlockElements = 1 << 14;

    public float* Values;
    public long Elements;
    public double Type; // the power of which there are sums; infinity for the largest magnitude
    public double Unit; // what powers but squares are of shares of
    public double* Blocks; // each block's sum or largest magnitude

    public readonly long Units => BlocksOf(Elements);

    public static long BlocksOf(long elements) => (elements + BlockElements - 1) / BlockElements;

    public readonly void Run(long begin, long end)
    {
        for (var block = begin; block < end; block++)
        {
            var first = block * BlockElements;
            var length = (int)Math.Min(BlockElements, Elements - first);
            Blocks[block] = Type switch
            {
                2 => SumOfSquares(Values + first, length),
                double.PositiveInfinity => Largest(Values + first, length),
                _ => SumOfPowers(Values + first, length),
            };
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfSquares(float* values, int length)
    {
        Vector256<double> lower = default, upper = default;
        var i = 0;
        for (; i <= length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.Load(values + i));
            lower = Vector256.FusedMultiplyAdd(low, low, lower);
            upper = Vector256.FusedMultiplyAdd(high, high, upper);
        }

        var sum = Vector256.Sum(lower + upper);
        for (; i < length; i++)
        {
            sum += (double)values[i] * values[i];
        }

        return sum;
    }

    /// <summary>For powers that are rare in practice: each number by itself.</summary>
    private readonly double SumOfPowers(float* values, int length)
    {
        var sum = 0.0;
        for (var i = 0; i < length; i++)
        {
            var share = Math.Abs((double)values[i]) / Unit;
            sum += Type == 1 ? share : Math.Pow(share, Type);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Largest(float* values, int length)
    {
        var largest = Vector256<float>.Zero;
        var i = 0;
        for (; i <= length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            largest = Vector256.Max(largest, Vector256.Abs(Vector256.Load(values + i)));
        }

        var single = 0f;
        for (var lane = 0; lane < Vector256<float>.Count; lane++)
        {
            single = MathF.Max(single, largest[lane]);
        }

        for (; i < length; i++)
        {
            single = MathF.Max(single, MathF.Abs(values[i]));
        }

        return single;
    }
}
