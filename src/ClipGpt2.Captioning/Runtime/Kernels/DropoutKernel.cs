using System.Numerics;
using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Random zeros by a hash of each element's place: the same whatever the width of the processor's vectors.</summary>
internal static class DropoutKernel
{
    // Two rounds of a multiply-xorshift hash of 32 bits (C. Wellons, "Hash function prospector", 2018), each keyed.
    private const uint First = 0x7feb352d;
    private const uint Second = 0x846ca68b;

    private static readonly KernelProof Proof = new("Dropout", "a loop over single numbers", Check);

    private static readonly Vector<uint> Lanes = Vector.CreateSequence<uint>(0, 1);

    /// <summary>Writes 0 with the probability <paramref name="rate"/> and 1 / (1 - rate) otherwise.</summary>
    /// <param name="mask">What to fill; fewer than 2^32 elements.</param>
    /// <param name="key">Which random numbers to take.</param>
    /// <param name="rate">From 0 to below 1.</param>
    public static void Fill(Span<float> mask, ulong key, double rate) => Fill(mask, key, rate, Proof.Holds);

    private static void Fill(Span<float> mask, ulong key, double rate, bool byVectors)
    {
        var (low, high) = ((uint)key, (uint)(key >> 32));
        var threshold = (uint)Math.Min(rate * 4294967296.0, uint.MaxValue);
        var kept = (float)(1 / (1 - rate));
        var vectors = byVectors ? MemoryMarshal.Cast<float, Vector<float>>(mask) : [];
        var limit = new Vector<uint>(threshold);
        var value = new Vector<float>(kept);
        for (var i = 0; i < vectors.Length; i++)
        {
            var place = Lanes + new Vector<uint>((uint)(i * Vector<float>.Count));
            var random = Round(Round(place ^ new Vector<uint>(low)) ^ new Vector<uint>(high));
            vectors[i] = Vector.ConditionalSelect(Vector.AsVectorSingle(Vector.GreaterThanOrEqual(random, limit)), value, Vector<float>.Zero);
        }

        for (var i = vectors.Length * Vector<float>.Count; i < mask.Length; i++)
        {
            mask[i] = Round(Round((uint)i ^ low) ^ high) >= threshold ? kept : 0;
        }
    }

    private static string? Check()
    {
        const int Count = 203; // fills no vector
        var (vectors, singles) = (new float[Count], new float[Count]);
        Fill(vectors, Key(1, 2, 3), 0.3, byVectors: true);
        Fill(singles, Key(1, 2, 3), 0.3, byVectors: false);
        return KernelProof.Compare("mask", vectors, [.. singles.Select(value => (double)value)], tolerance: 0);
    }

    /// <summary>Mixes numbers into one key.</summary>
    public static ulong Key(ulong seed, ulong pass, ulong site) => Mix(Mix(Mix(seed) ^ pass) ^ site);

    // SplitMix64's finalizer (Steele et al., 2014).
    private static ulong Mix(ulong x)
    {
        x += 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }

    private static Vector<uint> Round(Vector<uint> x)
    {
        x ^= x >> 16;
        x *= new Vector<uint>(First);
        x ^= x >> 15;
        x *= new Vector<uint>(Second);
        return x ^ (x >> 16);
    }

    private static uint Round(uint x)
    {
        x ^= x >> 16;
        x *= First;
        x ^= x >> 15;
        x *= Second;
        return x ^ (x >> 16);
    }
}
