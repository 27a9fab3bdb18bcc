using ClipGpt2.Captioning.Metrics.Rouge;
using ClipGpt2.Captioning.Metrics.Tokenization;
using CsCheck;

namespace ClipGpt2.Captioning.Metrics.Tests.Tokenization;

public sealed class NumberingTests
{
    [Fact]
    public void A_vocabulary_numbers_tokens_as_a_dictionary_would() =>
        Gen.String[0, 6].Array[0, 2000].Sample(
            tokens =>
            {
                var (vocabulary, expected) = (new Vocabulary(), new Dictionary<string, int>(StringComparer.Ordinal));
                foreach (var token in tokens)
                {
                    expected.TryAdd(token, expected.Count);
                    Assert.Equal(expected[token], vocabulary.Intern(token));
                }

                Assert.All(expected, e => Assert.Equal((e.Value, e.Key), (vocabulary.Find(e.Key), vocabulary[e.Value].ToString())));
                Assert.Equal(-1, vocabulary.Find("no such token"));
            },
            iter: 50);

    [Fact]
    public void A_table_numbers_n_grams_exactly() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40]).Array[0, 3000].Sample(
            pairs =>
            {
                var (table, expected) = (new NgramTable(4), new Dictionary<(int, int), int>());
                foreach (var (namePrefix, last) in pairs)
                {
                    expected.TryAdd((namePrefix, last), expected.Count);
                    Assert.Equal(expected[(namePrefix, last)], table.Intern(namePrefix, last));
                }

                Assert.Equal(-1, table.Find(41, 41));
            },
            iter: 50);

    [Fact]
    public void The_longest_common_subsequence_is_that_of_the_plain_table() =>
        Gen.Select(Gen.Int[0, 5].Array[0, 150], Gen.Int[0, 5].Array[0, 150]).Sample(
            (first, second) => Assert.Equal(PlainTable(first, second), new LongestCommonSubsequence().Length(first, second)), iter: 500);

    private static int PlainTable(int[] first, int[] second)
    {
        var lengths = new int[first.Length + 1, second.Length + 1];
        for (var i = 1; i <= first.Length; i++)
        {
            for (var j = 1; j <= second.Length; j++)
            {
                lengths[i, j] = first[i - 1] == second[j - 1] ? lengths[i - 1, j - 1] + 1 : Math.Max(lengths[i - 1, j], lengths[i, j - 1]);
            }
        }

        return lengths[first.Length, second.Length];
    }
}
