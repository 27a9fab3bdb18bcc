using System.Numerics.Tensors;
using ClipGpt2.Captioning.GoldenTests.Harness;
using Tensor = TorchSharp.torch.Tensor;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

/// <summary>The comparisons that the folder's README asks for beside absolute differences.</summary>
internal static class ForwardAssert
{
    public static void Near(double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(expected - actual) <= DeviceTolerance.Of(tolerance), $"{actual} instead of {expected} (tolerance {tolerance}).");

    /// <summary>Fails unless all values agree within a part of the largest one.</summary>
    public static void NearLargest(GoldenTensor expected, Tensor actual, double tolerance) =>
        TorchTensors.AssertNear(actual, expected, tolerance * Math.Abs(TensorPrimitives.MaxMagnitude(expected.Floats)));

    /// <summary>Fails unless each row of the last dimension points the same way.</summary>
    public static void SameDirection(GoldenTensor expected, Tensor actual, double cosine)
    {
        Assert.Equal(expected.Shape, actual.shape);
        var values = actual.ToFloats();
        var size = (int)expected.Shape[^1];
        for (var i = 0; i < values.Length; i += size)
        {
            var found = TorchTensors.Cosine(expected.Floats.Slice(i, size), values.AsSpan(i, size));
            Assert.True(found > cosine, $"{expected.Name} has a cosine of {found} in row {i / size}.");
        }
    }
}
