using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>Measures and limits the gradients of all weights together.</summary>
/// <remarks>Weights without a gradient are passed over. The result doesn't depend on the number of threads.</remarks>
internal static unsafe class GradientClipping
{
    // What torch adds to the norm that it divides by.
    private const double Epsilon = 1e-6;

    private const double L2 = 2;

    /// <summary>Measures the gradients: NaN or infinite if one is.</summary>
    /// <param name="weights">The weights whose gradients are measured.</param>
    /// <param name="type">The p of the norm, above 0: infinity for the largest magnitude.</param>
    public static double Norm(IEnumerable<TrainedWeight> weights, double type = L2)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        return Norm(GradientsOf(weights), type);
    }

    /// <summary>Scales the gradients down to a norm if theirs is larger, as <c>torch.nn.utils.clip_grad_norm_</c>.</summary>
    /// <returns>The norm before.</returns>
    public static double ByNorm(IEnumerable<TrainedWeight> weights, double maxNorm, double type = L2)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var gradients = GradientsOf(weights);
        var before = Norm(gradients, type);
        var factor = maxNorm / (before + Epsilon);
        if (!(factor >= 1))
        {
            Limit(gradients, factor, double.PositiveInfinity);
        }

        return before;
    }

    /// <summary>Cuts every element of the gradients off at a magnitude, as <c>torch.nn.utils.clip_grad_value_</c>.</summary>
    public static void ByValue(IEnumerable<TrainedWeight> weights, double limit)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        Limit(GradientsOf(weights), 1, limit);
    }

    private static List<Tensor> GradientsOf(IEnumerable<TrainedWeight> weights) => [.. weights.Select(weight => weight.Weight.grad).OfType<Tensor>()];

    private static double Norm(List<Tensor> gradients, double type)
    {
        if (type == L2)
        {
            return Math.Sqrt(Parts(gradients, type).Sum());
        }

        // Other powers of small or large numbers may not be there in double precision; those of shares of the largest are.
        var largest = Parts(gradients, double.PositiveInfinity).Aggregate(0.0, Math.Max);
        return double.IsPositiveInfinity(type) || largest == 0 || !double.IsFinite(largest)
            ? largest
            : largest * Math.Pow(Parts(gradients, type, largest).Sum(), 1 / type);
    }

    /// <summary>Sums of powers of the magnitudes, each divided by a unit; for infinity the largest.</summary>
    private static List<double> Parts(List<Tensor> gradients, double type, double unit = 1)
    {
        var parts = new List<double>(Blocks([.. gradients.Where(PlainMemory.Has)], type, unit));
        parts.AddRange(gradients.Where(gradient => !PlainMemory.Has(gradient)).Select(gradient => OnTensor(gradient, type, unit)));
        return parts;
    }

    private static double[] Blocks(List<Tensor> gradients, double type, double unit)
    {
        var blocks = new double[gradients.Sum(gradient => NormTask.BlocksOf(gradient.numel()))];
        fixed (double* first = blocks)
        {
            var tasks = new NormTask[gradients.Count];
            long done = 0;
            for (var i = 0; i < tasks.Length; i++)
            {
                tasks[i] = new() { Values = PlainMemory.Of(gradients[i]), Elements = gradients[i].numel(), Type = type, Unit = unit, Blocks = first + done };
                done += tasks[i].Units;
            }

            KernelTasks.Run<NormTask>(tasks);
        }

        return blocks;
    }

    private static double OnTensor(Tensor gradient, double type, double unit)
    {
        using var power = type.ToScalar();
        var magnitudes = gradient.to(ScalarType.Float64).abs().TimesInPlace(1 / unit);
        return (double.IsPositiveInfinity(type) ? magnitudes.max() : magnitudes.pow(power).sum()).item<double>();
    }

    private static void Limit(List<Tensor> gradients, double factor, double limit)
    {
        using var least = (-limit).ToScalar();
        using var most = limit.ToScalar();
        var tasks = new List<LimitTask>(gradients.Count);
        foreach (var gradient in gradients)
        {
            if (PlainMemory.Has(gradient))
            {
                tasks.Add(new() { Values = PlainMemory.Of(gradient), Elements = gradient.numel(), Factor = (float)factor, Limit = (float)limit });
            }
            else
            {
                gradient.TimesInPlace(factor).clamp_(least, most);
            }
        }

        KernelTasks.Run<LimitTask>(CollectionsMarshal.AsSpan(tasks));
    }
}
