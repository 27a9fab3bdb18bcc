using ClipGpt2.Captioning.Benchmarks.Measuring;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>Workloads that are measured together and share what is costly to load.</summary>
/// <remarks>A new group is one class and one line in <see cref="WorkloadGroups"/>.</remarks>
internal interface IWorkloadGroup : IDisposable
{
    /// <summary>The workloads, each made when its turn comes.</summary>
    IEnumerable<Workload> Workloads();
}
