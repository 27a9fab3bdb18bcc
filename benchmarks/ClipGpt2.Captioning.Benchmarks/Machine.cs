namespace ClipGpt2.Captioning.Benchmarks;

/// <summary>What every program of a measurement gets.</summary>
internal static class Machine
{
    public const int Threads = 2;
}
