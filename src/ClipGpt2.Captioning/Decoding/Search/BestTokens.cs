namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>The best tokens of a row.</summary>
internal static class BestTokens
{
    /// <summary>Beyond this many, sorting the whole row is cheaper than keeping a list in order.</summary>
    private const int MostToInsert = 512;

    /// <summary>The <paramref name="count"/> best, of equal ones the first.</summary>
    public static IReadOnlyList<int> Of(ReadOnlySpan<float> scores, int count)
    {
        var best = Find(scores, count).Items;
        var tokens = new int[best.Length];
        for (var i = 0; i < best.Length; i++)
        {
            tokens[i] = best[i].Token;
        }

        return tokens;
    }

    /// <summary>The score of the <paramref name="count"/>th best.</summary>
    public static float Least(ReadOnlySpan<float> scores, int count)
    {
        if (count <= MostToInsert)
        {
            return Find(scores, count).Items[^1].Score;
        }

        var sorted = scores.ToArray();
        Array.Sort(sorted);
        return sorted[Math.Max(sorted.Length - count, 0)];
    }

    private static CandidateList Find(ReadOnlySpan<float> scores, int count)
    {
        var list = new CandidateList(Math.Min(count, scores.Length));
        list.Add(scores, RowStatistics.None, 0, beam: 0);
        return list;
    }
}
