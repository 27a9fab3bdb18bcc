using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>Compares the activations' kernels with their formulas in double precision.</summary>
internal static class ActivationProof
{
    // Fills no vector, and reaches where the functions are flat.
    private const int Count = 203;

    /// <summary>Says what is wrong, or null.</summary>
    public static string? Check() =>
        Check("tanh-GELU", ElementwiseKernels.GeluTanh, x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))))
        ?? Check("quick GELU", ElementwiseKernels.QuickGelu, x => x / (1 + Math.Exp(-1.702 * x)));

    private static string? Check(string name, Action<Span<float>> kernel, Func<double, double> formula)
    {
        var values = Enumerable.Range(0, Count).Select(i => (i - (Count / 2)) / 10f).ToArray();
        var expected = values.Select(x => formula(x)).ToArray();
        kernel(values);
        return KernelProof.Compare(name, values, expected, 1e-5);
    }
}
