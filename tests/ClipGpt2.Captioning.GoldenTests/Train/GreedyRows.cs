using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>Greedy texts of one call of <c>generate</c>, which fills all with the end token to the longest.</summary>
internal static class GreedyRows
{
    /// <summary>Compares texts with those that a case expects of some rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="expected">Their ids.</param>
    /// <param name="endToken">What texts are filled with.</param>
    /// <param name="decode">Decodes rows in one call.</param>
    public static void Check(Tracked rows, Tracked expected, int endToken, Func<int[], IReadOnlyList<IReadOnlyList<DecodedSequence>>> decode)
    {
        var written = decode(rows.Indices(row => RowOfAnotherText(rows, expected, row)));
        Assert.Equal(expected.Items().Select(ids => ids.Integers()), Filled([.. written.Select(sequences => sequences[0].TokenIds)], endToken));
    }

    /// <summary>Texts as one call returns them.</summary>
    public static IReadOnlyList<int[]> Filled(IReadOnlyList<IReadOnlyList<int>> texts, int endToken)
    {
        var longest = texts.Max(text => text.Count);
        return [.. texts.Select(text => text.Concat(Enumerable.Repeat(endToken, longest - text.Count)).ToArray())];
    }

    private static int? RowOfAnotherText(Tracked rows, Tracked expected, int row)
    {
        var texts = rows.Raw.EnumerateArray().Zip(expected.Raw.EnumerateArray(), (r, ids) => (Row: r.GetInt32(), Ids: ids.GetRawText())).ToList();
        var own = texts.First(text => text.Row == row).Ids;
        return texts.Where(text => text.Ids != own).Select(text => (int?)text.Row).FirstOrDefault();
    }
}
