using CsCheck;

namespace ClipGpt2.Captioning.Tests.Decoding.Search;

/// <summary>Random tables of logits.</summary>
internal static class Tables
{
    public const int Size = 5;

    /// <summary>What may come after each token; row 0 before the first.</summary>
    public static readonly Gen<float[][]> Markov = Gen.Float[-3, 3].Array[Size].Array[Size];

    /// <summary>Logits that depend on the image and the whole text, different everywhere.</summary>
    public static ScriptedModel Model(int seed) => new(Size, (image, text) =>
    {
        var random = new Random(HashCode(seed, image, text));
        return [.. Enumerable.Range(0, Size).Select(_ => (float)((random.NextDouble() * 6) - 3))];
    });

    private static int HashCode(int seed, int image, int[] text) => text.Aggregate((seed * 31) + image, (hash, token) => unchecked((hash * 131) + token + 1));
}
