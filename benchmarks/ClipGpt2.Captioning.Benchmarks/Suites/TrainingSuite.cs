using BenchmarkDotNet.Attributes;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Suites;

/// <summary>Training steps at full size, from embeddings to new weights.</summary>
public class TrainingSuite : WorkloadSuite
{
    /// <summary>What is trained, as the reference programs do.</summary>
    [ParamsSource(nameof(Forms))]
    public string Form { get; set; } = "";

    /// <summary>The reference program's form, ClipCap's two, and low-rank adapters.</summary>
    public static IEnumerable<string> Forms => TrainingForm.All.Select(form => form.Name);

    /// <summary>All in float32.</summary>
    [Benchmark(Baseline = true)]
    public void Float32() => Ours(0).Run();

    /// <summary>Products in bfloat16, weights in float32.</summary>
    [Benchmark]
    public void BFloat16() => Ours(1).Run();

    private protected override Workload Create(FullSizeModels models) => new TrainingStepFamily(models).Step(TrainingForm.All.Single(form => form.Name == Form));
}
