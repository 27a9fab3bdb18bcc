namespace TrainScenes.Scenes;

/// <summary>Random numbers of one scene: the same seed and index give the same ones on every machine.</summary>
/// <remarks>Source: SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).</remarks>
internal struct SceneRandom(long seed, long index)
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state = Mix((ulong)seed) + ((ulong)index * Step * 0x10001);

    /// <summary>An integer from 0 to <paramref name="count"/> - 1.</summary>
    public int Next(int count) => (int)(((UInt128)Draw() * (ulong)count) >> 64);

    /// <summary>One of an enumeration's values.</summary>
    public T Next<T>()
        where T : struct, Enum => Enum.GetValues<T>()[Next(Enum.GetValues<T>().Length)];

    /// <summary>A number between two others.</summary>
    public float Next(float from, float to) => from + ((to - from) * (Draw() >> 40) / (1 << 24));

    private ulong Draw() => Mix(_state += Step);

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
