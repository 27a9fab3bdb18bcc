namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>How libtorch's threads wait for work.</summary>
/// <param name="Openmp">What the environment tells its OpenMP.</param>
internal sealed record WaitingFacts(string Openmp)
{
    private static readonly string[] Variables = ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT"];

    public static WaitingFacts Read() => new(string.Join(", ", Variables.Select(name => $"{name} is {Environment.GetEnvironmentVariable(name) ?? "not set"}")));
}
