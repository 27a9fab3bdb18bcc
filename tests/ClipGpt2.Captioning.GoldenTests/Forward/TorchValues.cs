using System.Numerics.Tensors;
using ClipGpt2.Captioning.GoldenTests.Harness;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>Carries golden values to libtorch and results back.</summary>
internal static class TorchValues
{
    public static Tensor ToTorch(this GoldenTensor golden, string device) => golden.DataType == "I64"
        ? tensor(golden.Longs.ToArray(), golden.Shape, device: torch.device(device))
        : tensor(golden.Floats.ToArray(), golden.Shape, device: torch.device(device));

    /// <summary>Fails unless shape and all values agree; a NaN agrees with nothing.</summary>
    public static void Near(GoldenTensor expected, Tensor actual, double tolerance)
    {
        var values = Values(expected, actual);
        for (var i = 0; i < values.Length; i++)
        {
            if (!(Math.Abs(expected.Floats[i] - values[i]) <= tolerance))
            {
                throw new XunitException($"'{expected.Name}' differs at {i}: {values[i]} instead of {expected.Floats[i]} (tolerance {tolerance}).");
            }
        }
    }

    /// <summary>Fails unless all values agree within a part of the largest one.</summary>
    public static void NearRelative(GoldenTensor expected, Tensor actual, double tolerance) =>
        Near(expected, actual, tolerance * Math.Max(1e-3, TensorPrimitives.MaxMagnitude(expected.Floats) is var largest ? Math.Abs(largest) : 0));

    /// <summary>Fails unless each row of the last dimension points the same way.</summary>
    public static void SameDirection(GoldenTensor expected, Tensor actual, double cosine)
    {
        var values = Values(expected, actual);
        var size = (int)expected.Shape[^1];
        for (var i = 0; i < values.Length; i += size)
        {
            var found = TensorPrimitives.CosineSimilarity(expected.Floats.Slice(i, size), values.AsSpan(i, size));
            if (!(found > cosine))
            {
                throw new XunitException($"'{expected.Name}' has a cosine of {found} in row {i / size}.");
            }
        }
    }

    public static void Near(double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{actual} instead of {expected} (tolerance {tolerance}).");

    private static float[] Values(GoldenTensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.shape);
        using var scope = NewDisposeScope();
        return actual.detach().to(ScalarType.Float32, CPU).contiguous().data<float>().ToArray();
    }
}
