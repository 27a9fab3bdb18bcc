namespace ClipGpt2.Captioning.Training.Data.Sampling;

/// <summary>Seeds for the parts of a run, such as its epochs or steps.</summary>
internal static class DerivedSeed
{
    // Knuth's multiplier for 64 bits: runs whose seeds lie side by side have no part's seed in common.
    private const long Multiplier = 0x5851f42d4c957f2d;

    /// <summary>The seed of a part by its number.</summary>
    public static long Of(long seed, long number) => unchecked((seed * Multiplier) + number);
}
