using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Weights and gradients compared with what a case expects of them, under the golden files' names.</summary>
internal sealed class TrainedWeights
{
    private readonly Dictionary<string, (TrainedWeight Weight, float[] Start)> _weights;

    /// <summary>Takes note of where the weights start.</summary>
    public TrainedWeights(IReadOnlyList<TrainedWeight> weights)
    {
        _weights = weights.ToDictionary(weight => weight.Name, weight => (weight, weight.Weight.ToFloats()));
    }

    /// <summary>Compares each weight's sum, norm and change.</summary>
    /// <param name="expected">By name.</param>
    /// <param name="tolerance">How far a single element may be off.</param>
    public void CheckFinal(Tracked expected, double tolerance)
    {
        foreach (var name in expected.Names)
        {
            var (weight, start) = _weights[name];
            var values = Compared(name, weight.Weight.ToFloats()).ToArray();
            var change = values.Zip(Compared(name, start), (value, before) => value - before);
            var root = Math.Sqrt(values.Length);
            Near(expected[name]["sum"], values.Sum(), tolerance * root);
            Near(expected[name]["l2"], Norm(values), tolerance);
            Near(expected[name]["change_l2"], Norm(change), tolerance);
        }
    }

    /// <summary>Compares stored weights element by element.</summary>
    public void CheckFinalTensors(Tracked expected, GoldenTensorFile tensors, Func<string, double> tolerance)
    {
        foreach (var name in expected.Names)
        {
            var weight = _weights[name].Weight.Weight;
            var stored = expected[name].Tensor(tensors);
            var size = stored.Data.Length / sizeof(float);
            TorchTensors.AssertNear(name.Contains(".c_", StringComparison.Ordinal) && weight.dim() == 2 ? weight.t() : weight, stored, tolerance(name), i => Counts(name, i, size));
        }
    }

    /// <summary>Compares the norms of the gradients.</summary>
    public void CheckGradients(Tracked expected, double relativeTolerance)
    {
        foreach (var name in expected.Names)
        {
            using var gradient = _weights[name].Weight.Weight.grad;
            var norm = Norm(Compared(name, gradient!.ToFloats()));
            Near(expected[name], norm, relativeTolerance * norm);
        }
    }

    public static void Near(Tracked expected, double found, double tolerance)
    {
        var number = expected.Number();
        Assert.True(Math.Abs(number - found) <= tolerance, $"{expected.Path} is {found:R} instead of {number:R} (tolerance {tolerance}).");
    }

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));

    private static IEnumerable<double> Compared(string name, float[] values) => values.Where((_, i) => Counts(name, i, values.Length)).Select(value => (double)value);

    /// <summary>The keys' third of GPT-2's attention bias moves by nothing but rounding, and no output depends on it.</summary>
    private static bool Counts(string name, int element, int size) =>
        !name.EndsWith(".attn.c_attn.bias", StringComparison.Ordinal) || element * 3 / size != 1;
}
