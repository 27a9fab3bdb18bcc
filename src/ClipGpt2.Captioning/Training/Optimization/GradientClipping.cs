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

    /// <summary>Measures the gradients: NaN or infinite if one is.</summary>
    public static double Norm(IEnumerable<TrainedWeight> weights, GradientNorm norm = GradientNorm.L2)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        return Norm(GradientsOf(weights), norm);
    }

    /// <summary>Scales the gradients down to a norm if theirs is larger, as <c>torch.nn.utils.clip_grad_norm_</c>.</summary>
    /// <returns>The norm before.</returns>
    public static double ByNorm(IEnumerable<TrainedWeight> weights, double maxNorm, GradientNorm norm = GradientNorm.L2)
    {
        using var frozen = no_grad();
        using var scope = NewDisposeScope();
        var gradients = GradientsOf(weights);
        var before = Norm(gradients, norm);
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

    private static double Norm(List<Tensor> gradients, GradientNorm norm)
    {
        var plain = gradients.Where(PlainMemory.Has).ToList();
        var parts = new List<double>(Blocks(plain, norm));
        parts.AddRange(gradients.Where(gradient => !PlainMemory.Has(gradient)).Select(gradient => OnTensor(gradient, norm)));
        return norm == GradientNorm.L2 ? Math.Sqrt(parts.Sum()) : parts.Aggregate(0.0, Math.Max);
    }

    private static double[] Blocks(List<Tensor> gradients, GradientNorm norm)
    {
        var blocks = new double[gradients.Sum(gradient => NormTask.BlocksOf(gradient.numel()))];
        fixed (double* first = blocks)
        {
            var tasks = new NormTask[gradients.Count];
            long done = 0;
            for (var i = 0; i < tasks.Length; i++)
            {
                tasks[i] = new() { Values = PlainMemory.Of(gradients[i]), Elements = gradients[i].numel(), Norm = norm, Blocks = first + done };
                done += tasks[i].Units;
            }

            KernelTasks.Run<NormTask>(tasks);
        }

        return blocks;
    }

    private static double OnTensor(Tensor gradient, GradientNorm norm)
    {
        var plain = gradient.to(ScalarType.Float64);
        return (norm == GradientNorm.L2 ? (plain * plain).sum() : plain.abs().max()).item<double>();
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
