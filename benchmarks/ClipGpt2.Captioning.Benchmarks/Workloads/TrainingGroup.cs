using ClipGpt2.Captioning.Benchmarks.Measuring;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>One change of the weights: the optimizer alone, and whole steps from embeddings to new weights.</summary>
internal sealed class TrainingGroup : IWorkloadGroup
{
    private readonly FullSizeModels _models = new();

    public IEnumerable<Workload> Workloads() => new TrainingStepFamily(_models).Workloads().Prepend(OptimizerFamily.Adam());

    public void Dispose() => _models.Dispose();
}
