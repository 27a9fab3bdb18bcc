using System.Globalization;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>A managed kernel without weights, which proves itself once a process on fixed inputs.</summary>
/// <param name="layer">What the kernel computes, for logs.</param>
/// <param name="otherwise">What takes its place where it fails.</param>
/// <param name="check">Says what is wrong, or returns null.</param>
internal sealed class KernelProof(string layer, string otherwise, Func<string?> check)
{
    private readonly Lazy<bool> _holds = new(() =>
    {
        var fault = KernelLedger.Timed(check);
        KernelLedger.Add(new KernelChoice(layer, nameof(Precision.Float32), fault is null ? "managed vector code" : otherwise, fault ?? "proven", fault is not null));
        return fault is null;
    });

    /// <summary>Whether the kernel computes right on this machine.</summary>
    public bool Holds => _holds.Value;

    /// <summary>Compares numbers with what they should be.</summary>
    /// <param name="what">What was computed.</param>
    /// <param name="actual">The numbers.</param>
    /// <param name="expected">What they should be.</param>
    /// <param name="tolerance">The difference that rounding explains.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Compare(string what, ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double tolerance)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance))
            {
                return string.Create(CultureInfo.InvariantCulture, $"{what}: value {i} of {expected.Length} is {actual[i]:G6}, and {expected[i]:G6} is right");
            }
        }

        return null;
    }
}
