namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>The manifests' rule for numbers that any program can make anew: splitmix64's finaliser over a counter, exact to the last bit.</summary>
internal static class UniformRule
{
    private const double Ulp = 1.0 / (1UL << 53);

    /// <summary>Elements of a weight, in order.</summary>
    /// <param name="seed">The manifest's seed.</param>
    /// <param name="tensor">The weight's number in the manifest.</param>
    /// <param name="first">The number of the first element to make.</param>
    public static void Fill(Span<float> destination, ulong seed, int tensor, long first, double mean, double halfRange)
    {
        var counter = seed + ((ulong)(tensor + 1) << 32) + (ulong)first;
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)(mean + (halfRange * Symmetric(counter + (ulong)i)));
        }
    }

    /// <summary>A manifest's "value list": what the checks are fed with.</summary>
    /// <param name="scale">Multiplies the values, before they are rounded to float32.</param>
    public static float[] Values(int count, ulong seed, double scale = 1)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(scale * Symmetric(seed + (ulong)i));
        }

        return values;
    }

    /// <summary>2u - 1, with u uniform in [0, 1).</summary>
    private static double Symmetric(ulong counter) => (2 * ((Mix(counter) >> 11) * Ulp)) - 1;

    private static ulong Mix(ulong counter)
    {
        var x = counter * 0x9E3779B97F4A7C15;
        x ^= x >> 30;
        x *= 0xBF58476D1CE4E5B9;
        x ^= x >> 27;
        x *= 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
