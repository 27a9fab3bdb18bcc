namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>Random numbers of one sequence: the same for the same seed, image and sequence, whatever else is decoded.</summary>
/// <remarks>SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014).</remarks>
internal sealed class RandomStream
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state;

    public RandomStream(long seed, long image, int sequence)
    {
        _state = Mix(Mix(Mix((ulong)seed + Increment) ^ (ulong)image) ^ (ulong)sequence);
    }

    /// <summary>At least 0 and below 1.</summary>
    public double Next() => (Draw() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Gumbel noise: the greatest of scores with it is a draw by their softmax, the greatest k are k draws without replacement.</summary>
    public float NextGumbel() => (float)-Math.Log(-Math.Log(((Draw() >> 11) + 0.5) * (1.0 / (1UL << 53))));

    private ulong Draw()
    {
        _state += Increment;
        return Mix(_state);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
