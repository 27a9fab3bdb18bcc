using ClipGpt2.Captioning.Decoding.Search;
using CsCheck;

namespace ClipGpt2.Captioning.Tests.Decoding.Search;

public sealed class CandidateListTests
{
    private static readonly Gen<float> Score = Gen.Frequency(
        (8, Gen.Float[-5, 5]),
        (2, Gen.Int[-2, 2].Select(i => (float)i)),
        (1, Gen.Const(float.NegativeInfinity)),
        (1, Gen.Const(float.NaN)));

    [Fact]
    public void It_keeps_what_a_stable_sort_puts_first() => Gen.Select(Score.Array[1, 200], Gen.Int[1, 30]).Sample((scores, count) =>
    {
        var list = new CandidateList(Math.Min(count, scores.Length));
        list.Add(scores, RowStatistics.None, 0, beam: 0);
        var expected = Enumerable.Range(0, scores.Length).OrderByDescending(i => float.IsNaN(scores[i])).ThenByDescending(i => scores[i]).Take(count);
        Assert.Equal(expected, list.Items.ToArray().Select(c => c.Token));
    });

    [Fact]
    public void Log_probabilities_are_those_of_double_precision() => Gen.Float[-30, 30].Array[1, 300].Sample(logits =>
    {
        var statistics = RowStatistics.Of(logits);
        var logSum = Math.Log(logits.Sum(l => Math.Exp(l - logits.Max())));
        foreach (var logit in logits)
        {
            Assert.Equal(logit - logits.Max() - logSum, statistics.LogProbability(logit), 1e-5);
        }
    });

    [Fact]
    public void The_last_of_very_many_best_is_found_by_sorting() => Gen.Float[-30, 30].Array[2000].Sample(scores =>
        Assert.Equal(scores.OrderDescending().ElementAt(1233), BestTokens.Least(scores, 1234)), iter: 10);
}
