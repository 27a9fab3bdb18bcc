using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Bleu;

/// <summary>BLEU-1 to BLEU-4 (Papineni et al., 2002) as pycocoevalcap computes them (<c>Bleu(4)</c>, <c>option="closest"</c>).</summary>
/// <remarks>
/// The reference length is the one nearest to the candidate's, the shorter of two equally near. The corpus's figures come from summed counts, not from
/// the images' figures. Keys: <c>bleu_1</c> to <c>bleu_4</c>; details: <c>test_length</c>, <c>reference_length</c>, <c>ratio</c>,
/// and the candidates' n-grams, <c>guess_1</c> to <c>guess_4</c>, and those of them that a reference has, <c>correct_1</c> to <c>correct_4</c>.
/// </remarks>
public sealed class BleuMetric : ICaptionMetric
{
    /// <inheritdoc/>
    public string Name => "BLEU";

    /// <inheritdoc/>
    public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
    {
        var statistics = Statistics(corpus.Tokens, token);
        var total = BleuStatistics.Sum(statistics);
        var corpusScores = total.Scores();
        var perImage = Array.ConvertAll(statistics, s => s.Scores());
        var scores = Enumerable.Range(0, NgramCorpus.Longest).Select(n => new MetricScore(
            $"bleu_{n + 1}",
            corpusScores[n],
            Array.ConvertAll(perImage, s => s[n]),
            images => BleuStatistics.Sum(images.Select(i => statistics[i])).Scores()[n]));
        return new MetricResult(Name, [.. scores]) { Details = Details(total) };
    }

    private static Dictionary<string, double> Details(BleuStatistics total)
    {
        var details = new Dictionary<string, double>
        {
            ["test_length"] = total.Length, ["reference_length"] = total.ReferenceLength, ["ratio"] = total.Ratio,
        };
        for (var n = 0; n < NgramCorpus.Longest; n++)
        {
            details[$"guess_{n + 1}"] = total.Guess[n];
            details[$"correct_{n + 1}"] = total.Correct[n];
        }

        return details;
    }

    /// <summary>The counts of each image.</summary>
    internal static BleuStatistics[] Statistics(TokenizedCorpus corpus, CancellationToken token)
    {
        var ngrams = corpus.Ngrams;
        var statistics = new BleuStatistics[corpus.ImageCount];
        Batches.For(statistics.Length, image => statistics[image] = StatisticsOf(corpus, ngrams, image), token);
        return statistics;
    }

    private static BleuStatistics StatisticsOf(TokenizedCorpus corpus, NgramCorpus ngrams, int image)
    {
        var references = corpus.ReferenceStarts[image]..corpus.ReferenceStarts[image + 1];
        var length = corpus.CandidateWords[image].Length;
        var correct = new long[NgramCorpus.Longest];
        for (var n = 0; n < correct.Length; n++)
        {
            correct[n] = Correct(ngrams.Candidates[n], image, ngrams.References[n], references);
        }

        return new BleuStatistics(length, ClosestLength(corpus.ReferenceWords, references, length), correct, BleuStatistics.Guesses(length));
    }

    /// <summary>How many of the candidate's n-grams a reference has too, each at most as often as the reference that has it most often.</summary>
    private static long Correct(NgramLists candidates, int image, NgramLists lists, Range references)
    {
        var ids = candidates.IdsOf(image);
        var counts = candidates.CountsOf(image);
        Span<int> found = ids.Length <= 256 ? stackalloc int[ids.Length] : new int[ids.Length];
        found.Clear();
        for (var reference = references.Start.Value; reference < references.End.Value; reference++)
        {
            var referenceIds = lists.IdsOf(reference);
            var referenceCounts = lists.CountsOf(reference);
            for (int i = 0, j = 0; i < ids.Length && j < referenceIds.Length;)
            {
                if (ids[i] == referenceIds[j])
                {
                    found[i] = Math.Max(found[i], Math.Min(counts[i], referenceCounts[j++]));
                    i++;
                }
                else if (ids[i] < referenceIds[j])
                {
                    i++;
                }
                else
                {
                    j++;
                }
            }
        }

        var correct = 0L;
        foreach (var count in found)
        {
            correct += count;
        }

        return correct;
    }

    private static int ClosestLength(TokenLists words, Range references, int length)
    {
        var closest = -1;
        for (var reference = references.Start.Value; reference < references.End.Value; reference++)
        {
            var candidate = words[reference].Length;
            var (distance, best) = (Math.Abs(candidate - length), Math.Abs(closest - length));
            if (closest < 0 || distance < best || (distance == best && candidate < closest))
            {
                closest = candidate;
            }
        }

        return closest;
    }
}
