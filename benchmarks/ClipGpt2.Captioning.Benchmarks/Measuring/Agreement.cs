using System.Numerics.Tensors;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Benchmarks.Measuring;

/// <summary>Whether two programs gave the same: without that, comparing their speed says nothing.</summary>
internal static class Agreement
{
    private const float LargestDifference = 1e-3f;

    /// <summary>Compares row by row: float32 by the largest difference, other precisions by the cosine.</summary>
    /// <exception cref="DisagreementException">They differ.</exception>
    public static void Require(string what, Precision precision, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Require(expected.Length == actual.Length, $"{what} has {actual.Length} numbers and must have {expected.Length}");
        if (precision == Precision.Float32)
        {
            var differences = new float[expected.Length];
            TensorPrimitives.Subtract(expected, actual, differences);
            var difference = TensorPrimitives.MaxMagnitude(differences);
            Require(Math.Abs(difference) <= LargestDifference, $"{what} in {precision} differs from the peer's by {Math.Abs(difference)}");
        }
        else
        {
            var cosine = TensorPrimitives.CosineSimilarity(expected, actual);
            Require(cosine >= LeastCosine(precision), $"{what} in {precision} has a cosine of {cosine} to the peer's");
        }
    }

    public static void Require(bool condition, string failure)
    {
        if (!condition)
        {
            throw new DisagreementException(failure + "; it isn't timed.");
        }
    }

    private static float LeastCosine(Precision precision) => precision == Precision.Int8Weights ? 0.99f : 0.999f;
}

/// <summary>Two programs that should do the same don't.</summary>
internal sealed class DisagreementException(string message) : Exception(message);
