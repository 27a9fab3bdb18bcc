namespace ClipGpt2.Captioning.Benchmarks;

/// <summary>What every program of a measurement gets.</summary>
internal static class Machine
{
    public const int Threads = 2;

    private const string ProcessorList = "/proc/cpuinfo";

    /// <summary>The processor's name, where the system tells it.</summary>
    public static string Processor { get; } = File.Exists(ProcessorList)
        && File.ReadLines(ProcessorList).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } name
            ? name[(name.IndexOf(':') + 2)..]
            : "an unnamed processor";
}
