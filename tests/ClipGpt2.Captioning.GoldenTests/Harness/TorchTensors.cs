using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>Golden tensors as inputs of models, and models' outputs compared with them.</summary>
internal static class TorchTensors
{
    /// <summary>A new tensor with the golden one's values.</summary>
    public static Tensor ToTorch(this GoldenTensor golden, string device = "cpu")
    {
        var type = golden.DataType switch
        {
            "F32" => ScalarType.Float32,
            "I64" => ScalarType.Int64,
            "U8" => ScalarType.Byte,
            _ => throw new InvalidOperationException($"'{golden.Name}' is {golden.DataType}."),
        };
        var tensor = empty(golden.Shape, type);
        golden.Data.CopyTo(tensor.bytes);
        return tensor.to(torch.device(device));
    }

    /// <summary>A tensor's values as float32, in order.</summary>
    public static float[] ToFloats(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return [.. tensor.detach().cpu().to(ScalarType.Float32).contiguous().data<float>()];
    }

    /// <summary>Fails unless shapes are equal and no element is further away than the tolerance.</summary>
    /// <param name="actual">What the library gave.</param>
    /// <param name="expected">What the reference program gave.</param>
    /// <param name="tolerance">The largest absolute difference.</param>
    /// <param name="counts">Whether an element (by its place in the flattened tensor) is to be compared; null for all.</param>
    public static void AssertNear(Tensor actual, GoldenTensor expected, double tolerance, Func<int, bool>? counts = null)
    {
        Assert.Equal(expected.Shape, actual.shape);
        AssertNear(actual.ToFloats(), expected.Floats, tolerance, expected.Name, counts);
    }

    public static void AssertNear(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance, string name, Func<int, bool>? counts = null)
    {
        Assert.Equal(expected.Length, actual.Length);
        tolerance = DeviceTolerance.Of(tolerance);
        for (var i = 0; i < expected.Length; i++)
        {
            if (counts?.Invoke(i) != false && !(Math.Abs(expected[i] - actual[i]) <= tolerance))
            {
                Assert.Fail($"{name}[{i}]: {actual[i]} is not {expected[i]} within {tolerance}.");
            }
        }
    }

    /// <summary>The cosine of the angle between two vectors.</summary>
    public static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double xy = 0, xx = 0, yy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            xy += (double)x[i] * y[i];
            xx += (double)x[i] * x[i];
            yy += (double)y[i] * y[i];
        }

        return xy / Math.Sqrt(xx * yy);
    }
}
