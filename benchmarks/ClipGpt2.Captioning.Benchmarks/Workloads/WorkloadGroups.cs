namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>The groups that <c>ratios --group</c> knows.</summary>
internal static class WorkloadGroups
{
    public static IReadOnlyDictionary<string, Func<IWorkloadGroup>> ByName { get; } = new Dictionary<string, Func<IWorkloadGroup>>
    {
        ["inference"] = () => new InferenceGroup(),
        ["loading"] = () => new LoadingGroup(),
        ["training"] = () => new TrainingGroup(),
        ["metrics"] = () => new MetricsGroup(),
    };
}
