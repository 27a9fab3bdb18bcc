using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>Compares the activations' kernels with their formulas in double precision.</summary>
internal static class ActivationProof
{
    // Fills no vector, and reaches where the functions are flat.
    private const int Count = 203;

    /// <summary>Says what is wrong, or null.</summary>
    public static string? Check() =>
        Check("tanh-GELU", ElementwiseKernels.Apply<GeluTanhFunction>, x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))))
        ?? Check("quick GELU", ElementwiseKernels.Apply<QuickGeluFunction>, x => x / (1 + Math.Exp(-1.702 * x)))
        ?? Check("ReLU", ElementwiseKernels.Apply<ReluFunction>, x => Math.Max(x, 0))
        ?? Check("GELU", ElementwiseKernels.Apply<GeluFunction>, x => x * (1 + Erf(x / Math.Sqrt(2))) / 2)
        ?? Check("swish", ElementwiseKernels.Apply<SwishFunction>, x => x / (1 + Math.Exp(-x)));

    /// <summary>The error function as a series whose terms all have one sign, so that nothing cancels out (Abramowitz and Stegun, 7.1.6).</summary>
    private static double Erf(double x)
    {
        const int Terms = 200;
        var (sum, term) = (0.0, x);
        for (var n = 0; n < Terms; n++)
        {
            sum += term;
            term *= 2 * x * x / ((2 * n) + 3);
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private static string? Check(string name, Action<Span<float>> kernel, Func<double, double> formula)
    {
        var values = Enumerable.Range(0, Count).Select(i => (i - (Count / 2)) / 10f).ToArray();
        var expected = values.Select(x => formula(x)).ToArray();
        kernel(values);
        return KernelProof.Compare(name, values, expected, 1e-5);
    }
}
