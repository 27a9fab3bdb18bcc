using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>Compares the kernels between products of few rows with scalar loops in double precision.</summary>
internal static unsafe class RowKernelProof
{
    // Fills no vector.
    private const int Size = 75;

    /// <summary>The proof; libtorch's operators take their place.</summary>
    public static readonly KernelProof Proof = new("Attention and norms of few rows", "libtorch's operators", Check);

    private static string? Check()
    {
        var (x, y) = (ProductProof.Inputs(Size, row: 1), ProductProof.Inputs(Size, row: 2));
        return CheckNorm(x, y) ?? CheckProducts(x, y) ?? CheckSoftmax(x);
    }

    private static string? CheckNorm(float[] x, float[] weight)
    {
        const float epsilon = 1e-5f;
        var normal = new float[Size];
        fixed (float* input = x, factors = weight, output = normal)
        {
            RowKernels.LayerNorm(input, factors, factors, epsilon, Size, output);
        }

        var mean = x.Average(value => (double)value);
        var deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + epsilon);
        return KernelProof.Compare("layer norm", normal, [.. x.Select((value, i) => ((value - mean) / deviation * weight[i]) + weight[i])], 1e-5);
    }

    private static string? CheckProducts(float[] x, float[] y)
    {
        var sum = (float[])y.Clone();
        float dot;
        fixed (float* left = x, right = y, target = sum)
        {
            dot = RowKernels.Dot(left, right, Size);
            RowKernels.AddScaled(left, 0.75f, target, Size);
        }

        return KernelProof.Compare("dot product", [dot], [x.Zip(y, (a, b) => (double)a * b).Sum()], 1e-4)
            ?? KernelProof.Compare("scaled sum", sum, [.. x.Zip(y, (a, b) => (0.75 * a) + b)], 1e-5);
    }

    private static string? CheckSoftmax(float[] x)
    {
        var scores = (float[])x.Clone();
        fixed (float* values = scores)
        {
            RowKernels.Softmax(values, Size);
        }

        var sum = x.Sum(value => Math.Exp(value));
        return KernelProof.Compare("softmax", scores, [.. x.Select(value => Math.Exp(value) / sum)], 1e-6);
    }
}
