using System.Diagnostics;
using ClipGpt2.Captioning.Text.Bpe;
using CsCheck;

namespace ClipGpt2.Captioning.Tests.Text;

public sealed class BytePairMergesTests
{
    /// <summary>Merges of letters and merged symbols, in any order, so that a pair may come before the pair that makes its part.</summary>
    private static readonly Gen<(string Left, string Right)[]> SomeMerges =
        Gen.Select(Gen.Char["abc"].Array[1, 3], Gen.Char["abc"].Array[1, 2]).Select((left, right) => (new string(left), new string(right))).Array[0, 12];

    [Fact]
    public void Merging_equals_the_plain_algorithm_whatever_the_order_of_ranks() =>
        Gen.Select(SomeMerges, Gen.Char["abc"].Array[0, 30]).Sample((merges, word) =>
        {
            var symbols = new List<string>();
            var table = new BytePairMerges(merges.Length);
            for (var rank = 0; rank < merges.Length; rank++)
            {
                var (left, right) = merges[rank];
                table.Add(SymbolOf(left), SymbolOf(right), rank, SymbolOf(left + right));
            }

            var merged = word.Select(letter => SymbolOf(letter.ToString())).ToArray();
            var count = table.Apply(merged);
            Assert.Equal(MergePlainly(word, merges), merged[..count].Select(symbol => symbols[symbol]));

            int SymbolOf(string text)
            {
                if (!symbols.Contains(text))
                {
                    symbols.Add(text);
                }

                return symbols.IndexOf(text);
            }
        });

    [Fact]
    public void All_occurrences_of_a_pair_are_merged_before_a_better_pair_that_this_makes()
    {
        // 0 = a, 1 = aa, 2 = aaa: "aa a" has the better rank, but "aaaa" has no such pair until "a a" is merged everywhere.
        var merges = new BytePairMerges(2);
        merges.Add(left: 1, right: 0, rank: 0, result: 2);
        merges.Add(left: 0, right: 0, rank: 1, result: 1);
        int[] word = [0, 0, 0, 0];
        Assert.Equal(2, merges.Apply(word));
        Assert.Equal([1, 1], word[..2]);
    }

    [Fact]
    public void A_word_of_five_thousand_letters_takes_milliseconds()
    {
        var tokenizer = SmallVocabulary.Gpt2.ToGpt2();
        var word = new string('l', 5000);
        tokenizer.Encode(word);
        var clock = Stopwatch.StartNew();
        tokenizer.Encode(word);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"It took {clock.Elapsed}.");
    }

    /// <summary>The reference's loop, word for word slow.</summary>
    private static List<string> MergePlainly(char[] word, (string Left, string Right)[] merges)
    {
        var symbols = word.Select(letter => letter.ToString()).ToList();
        while (true)
        {
            var pairs = symbols.Zip(symbols.Skip(1)).ToHashSet();
            var rank = BestRank(pairs, merges);
            if (rank < 0)
            {
                return symbols;
            }

            for (var i = 0; i < symbols.Count - 1; i++)
            {
                if ((symbols[i], symbols[i + 1]) == merges[rank])
                {
                    symbols[i] += symbols[i + 1];
                    symbols.RemoveAt(i + 1);
                }
            }
        }
    }

    /// <summary>The lowest rank of a pair that is there; of a merge that is listed twice the last rank counts.</summary>
    private static int BestRank(HashSet<(string, string)> pairs, (string, string)[] merges) =>
        pairs.Select(pair => Array.FindLastIndex(merges, merge => merge == pair)).Where(rank => rank >= 0).DefaultIfEmpty(-1).Min();
}
