using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>Walks over the tokens of a row that aren't forbidden; after a warper that is a few among tens of thousands.</summary>
internal static class AllowedTokens
{
    private static readonly int Forbidden = BitConverter.SingleToInt32Bits(float.NegativeInfinity);

    /// <summary>The first token from <paramref name="from"/> on that isn't forbidden, or the number of tokens if there is none.</summary>
    /// <remarks>Compared as integers, since spans search integers with vectors and floats without.</remarks>
    public static int Next(ReadOnlySpan<float> scores, int from)
    {
        var found = MemoryMarshal.Cast<float, int>(scores[from..]).IndexOfAnyExcept(Forbidden);
        return found < 0 ? scores.Length : from + found;
    }
}
