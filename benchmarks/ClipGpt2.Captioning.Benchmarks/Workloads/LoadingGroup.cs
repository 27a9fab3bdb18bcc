using ClipGpt2.Captioning.Benchmarks.Measuring;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>What loading a model costs, by the form of its files.</summary>
internal sealed class LoadingGroup : IWorkloadGroup
{
    private readonly FullSizeModels _models = new();
    private readonly string _folder = Path.Combine(BenchmarkFolders.Cache, $"gpt2-small-forms-{Environment.ProcessId}");

    public IEnumerable<Workload> Workloads() => [.. new PickledLoadingFamily(_models, _folder).Workloads(), new LoadingFamily(_models).Prove()];

    public void Dispose()
    {
        _models.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
