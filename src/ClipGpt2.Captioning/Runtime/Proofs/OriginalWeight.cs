using System.Runtime.CompilerServices;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>A layer's weight and bias as their file has them: what every proof compares with. It owns nothing.</summary>
/// <param name="Weight">Contiguous float32 [out, in] on the CPU, or [in, out] if <paramref name="InputRows"/>.</param>
/// <param name="Bias">[out], or null.</param>
/// <param name="InputRows">Whether the weight is stored the other way round.</param>
internal sealed record OriginalWeight(Tensor Weight, Tensor? Bias, bool InputRows)
{
    private readonly float[]? _bias = Bias?.data<float>().ToArray();
    private readonly Dictionary<WeightFormat, ProductSample> _samples = [];

    public int Outputs { get; } = (int)Weight.shape[InputRows ? 1 : 0];

    public int Inputs { get; } = (int)Weight.shape[InputRows ? 0 : 1];

    /// <summary>An output's bias.</summary>
    public float BiasOf(int output) => _bias is null ? 0 : _bias[output];

    /// <summary>What all ways of a layer are compared with, computed once for each format of weights.</summary>
    public ProductSample Sample(WeightFormat format)
    {
        if (!_samples.TryGetValue(format, out var sample))
        {
            _samples[format] = sample = new ProductSample(this, format, row: 0);
        }

        return sample;
    }

    /// <summary>The product of one row in double precision, for some outputs.</summary>
    /// <param name="x">[in].</param>
    /// <param name="runs">The outputs.</param>
    /// <param name="format">What the product to be compared rounds the weights to.</param>
    /// <returns>The outputs of all runs, bias included; and the sums of their terms' magnitudes, against which rounding is judged.</returns>
    public unsafe (double[] Sums, double[] Magnitudes) Multiply(float[] x, OutputRun[] runs, WeightFormat format)
    {
        if (format == WeightFormat.Int8)
        {
            using var levels = Levels(runs);
            var (rounded, terms) = new OriginalWeight(levels, null, InputRows: false).Multiply(x, [new(0, (int)levels.shape[0])], WeightFormat.Float32);
            return (WithBias(runs, rounded, magnitude: false), WithBias(runs, terms, magnitude: true));
        }

        var total = runs.Sum(run => run.Count);
        var results = new double[2 * total * Math.Max(1, torch.get_num_threads())];
        fixed (float* factors = x)
        {
            fixed (OutputRun* run = runs)
            {
                fixed (double* result = results)
                {
                    var job = new ReferenceProduct
                    {
                        Weight = (float*)RowTensor.First(Weight), InputRows = InputRows, Inputs = Inputs, Outputs = Outputs, X = factors, Format = format,
                        Runs = run, RunCount = runs.Length, Total = total, Results = result,
                    };
                    WorkerTeam.Run(&ReferenceProduct.RunPart, &job);
                }
            }
        }

        return (WithBias(runs, Total(results, 0, total), magnitude: false), WithBias(runs, Total(results, total, total), magnitude: true));
    }

    /// <summary>Some outputs' weights [count, in], rounded to the levels of 8 bits by each output's largest.</summary>
    private Tensor Levels(OutputRun[] runs)
    {
        using var scope = NewDisposeScope();
        using var least = Int8Weight.LeastMagnitude.ToScalar();
        var rows = InputRows ? Weight.t() : Weight;
        var chosen = cat([.. runs.Select(run => rows.narrow(0, run.Begin, run.Count))], 0).contiguous();
        var scales = chosen.abs().amax([1], keepdim: true).clamp_min(least).Over((long)Int8Weight.Levels);
        return (chosen.div(scales).round_() * scales).MoveToOuterDisposeScope();
    }

    /// <summary>Adds up what the parts found; those that had nothing to do left zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Total(double[] results, int begin, int total)
    {
        var sums = new double[total];
        for (var part = begin; part < results.Length; part += 2 * total)
        {
            for (var i = 0; i < total; i++)
            {
                sums[i] += results[part + i];
            }
        }

        return sums;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double[] WithBias(OutputRun[] runs, double[] sums, bool magnitude)
    {
        var at = 0;
        foreach (var (begin, count) in runs)
        {
            for (var output = begin; output < begin + count; output++)
            {
                sums[at++] += magnitude ? Math.Abs(BiasOf(output)) : BiasOf(output);
            }
        }

        return sums;
    }
}
