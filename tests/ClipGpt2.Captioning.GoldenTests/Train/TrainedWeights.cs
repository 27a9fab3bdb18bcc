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
    /// <param name="expected">The names of the stored tensors.</param>
    /// <param name="tensors">Where they are stored.</param>
    /// <param name="tolerance">How far the elements of a tensor may be off.</param>
    /// <param name="outlierTolerance">
    /// How far one element in a thousand may be: Adam makes steps of full length of gradients that are 0 but for rounding (the README's second trap).
    /// </param>
    public void CheckFinalTensors(Tracked expected, GoldenTensorFile tensors, Func<string, double> tolerance, double outlierTolerance = 0)
    {
        foreach (var name in expected.Names)
        {
            var weight = _weights[name].Weight.Weight;
            var size = (int)weight.numel();
            var stored = expected[name].Tensor(tensors, element => Counts(name, element, size));
            using var scope = NewDisposeScope();
            var shaped = name.Contains(".c_", StringComparison.Ordinal) && weight.dim() == 2 ? weight.t() : weight;
            Assert.Equal(stored.Shape, shaped.shape);
            CheckElements(name, shaped.ToFloats(), stored.Floats, tolerance(name), outlierTolerance);
        }
    }

    private static void CheckElements(string name, float[] values, ReadOnlySpan<float> stored, double tolerance, double outlierTolerance)
    {
        var outliers = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var difference = Math.Abs(values[i] - stored[i]);
            if (Counts(name, i, values.Length) && !(difference <= DeviceTolerance.Of(tolerance)))
            {
                outliers++;
                Assert.True(
                    difference <= DeviceTolerance.Of(outlierTolerance) && outliers <= Math.Max(1, values.Length / 1000),
                    $"{name}[{i}] is {values[i]:R} instead of {stored[i]:R} (tolerance {tolerance}; {outliers} beyond it).");
            }
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
        Assert.True(Math.Abs(number - found) <= DeviceTolerance.Of(tolerance), $"{expected.Path} is {found:R} instead of {number:R} (tolerance {tolerance}).");
    }

    private static double Norm(IEnumerable<double> values) => Math.Sqrt(values.Sum(value => value * value));

    private static IEnumerable<double> Compared(string name, float[] values) => values.Where((_, i) => Counts(name, i, values.Length)).Select(value => (double)value);

    /// <summary>The keys' third of GPT-2's attention bias moves by nothing but rounding, and no output depends on it.</summary>
    private static bool Counts(string name, int element, int size) =>
        !name.EndsWith(".attn.c_attn.bias", StringComparison.Ordinal) || element * 3 / size != 1;
}
