using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>What a decoding step computes between its products, on rows of float32 in plain memory.</summary>
internal static unsafe class RowKernels
{
    private const int Lanes = 16; // Vector512<float>.Count, as a constant that the compiler sees

    /// <summary>Layer normalisation of one row of <paramref name="size"/> values.</summary>
    public static void LayerNorm(float* x, float* weight, float* bias, float epsilon, int size, float* y)
    {
        var mean = Sum(x, size) / size;
        var scale = 1 / MathF.Sqrt((SumOfSquares(x, mean, size) / size) + epsilon);
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            var normal = (Vector512.Load(x + i) - Vector512.Create(mean)) * Vector512.Create(scale);
            Vector512.FusedMultiplyAdd(normal, Vector512.Load(weight + i), Vector512.Load(bias + i)).Store(y + i);
        }

        for (; i < size; i++)
        {
            y[i] = ((x[i] - mean) * scale * weight[i]) + bias[i];
        }
    }

    /// <summary>x · y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(float* x, float* y, int size)
    {
        var sums = Vector512<float>.Zero;
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            sums = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sums);
        }

        var sum = Vector512.Sum(sums);
        for (; i < size; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    /// <summary>y += factor * x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScaled(float* x, float factor, float* y, int size)
    {
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Create(factor), Vector512.Load(y + i)).Store(y + i);
        }

        for (; i < size; i++)
        {
            y[i] += factor * x[i];
        }
    }

    /// <summary>The next multiple of what <see cref="Softmax"/> works on at once.</summary>
    public static int Padded(int count) => (count + Lanes - 1) / Lanes * Lanes;

    /// <summary>Softmax in place. The memory after the scores, up to <see cref="Padded"/>, is overwritten.</summary>
    public static void Softmax(float* scores, int count)
    {
        var padded = Padded(count);
        new Span<float>(scores + count, padded - count).Fill(float.NegativeInfinity);
        var largest = Vector512.Create(TensorPrimitives.Max(new ReadOnlySpan<float>(scores, count)));
        var sums = Vector512<float>.Zero;
        for (var i = 0; i < padded; i += Lanes)
        {
            var exponential = Vector512.Exp(Vector512.Load(scores + i) - largest);
            exponential.Store(scores + i);
            sums += exponential;
        }

        var factor = Vector512.Create(1 / Vector512.Sum(sums));
        for (var i = 0; i < padded; i += Lanes)
        {
            (Vector512.Load(scores + i) * factor).Store(scores + i);
        }
    }

    private static float Sum(float* x, int size)
    {
        var sums = Vector512<float>.Zero;
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            sums += Vector512.Load(x + i);
        }

        var sum = Vector512.Sum(sums);
        for (; i < size; i++)
        {
            sum += x[i];
        }

        return sum;
    }

    private static float SumOfSquares(float* x, float mean, int size)
    {
        var sums = Vector512<float>.Zero;
        var i = 0;
        for (; i <= size - Lanes; i += Lanes)
        {
            var difference = Vector512.Load(x + i) - Vector512.Create(mean);
            sums = Vector512.FusedMultiplyAdd(difference, difference, sums);
        }

        var sum = Vector512.Sum(sums);
        for (; i < size; i++)
        {
            sum += (x[i] - mean) * (x[i] - mean);
        }

        return sum;
    }
}
