namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>What reading one file may take.</summary>
/// <param name="Longest">How long.</param>
/// <param name="MostBytes">How much managed memory it may allocate altogether, and how large one tensor may be.</param>
internal sealed record FuzzLimits(TimeSpan Longest, long MostBytes)
{
    public static FuzzLimits Default { get; } = new(TimeSpan.FromSeconds(10), 200 << 20);
}
