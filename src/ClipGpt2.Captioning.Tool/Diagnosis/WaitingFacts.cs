using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>How libtorch's threads wait for work.</summary>
/// <param name="Openmp">What holds for its OpenMP, and what decided it.</param>
internal sealed record WaitingFacts(string Openmp)
{
    public static WaitingFacts Read() => new(TorchRuntime.Waiting?.ToString() ?? "not known: libtorch wasn't loaded");
}
