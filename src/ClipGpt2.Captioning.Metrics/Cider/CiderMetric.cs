using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Cider;

/// <summary>CIDEr-D (Vedantam et al., 2015) as pycocoevalcap computes it (<c>Cider</c>, <c>CiderScorer.compute_score</c>).</summary>
/// <remarks>
/// The length in the Gaussian penalty is the number of bigrams. An n-gram that no reference has counts as found in one image. With document frequencies
/// from the scored references and a single image every score is 0. Key: <c>cider</c>; the corpus's figure is the mean.
/// </remarks>
public sealed class CiderMetric : ICaptionMetric
{
    private const double Scale = 10;

    private readonly CiderOptions _options;

    /// <summary>Creates the metric.</summary>
    /// <param name="options">Null for pycocoevalcap's.</param>
    /// <exception cref="CaptioningException">Sigma isn't positive.</exception>
    public CiderMetric(CiderOptions? options = null)
    {
        _options = options ?? new CiderOptions();
        if (!(_options.Sigma > 0))
        {
            throw new CaptioningException($"CIDEr's Sigma is {_options.Sigma}; it must be greater than 0.");
        }
    }

    /// <inheritdoc/>
    public string Name => (_options.Form == CiderForm.CiderD ? "CIDEr" : "CIDEr (plain)") + (_options.DocumentFrequencies is null ? "" : " (given document frequencies)");

    /// <inheritdoc/>
    public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
    {
        var tokens = corpus.Tokens;
        var weights = CiderWeights.Of(tokens, _options.DocumentFrequencies);
        var scores = new double[tokens.ImageCount];
        Batches.For(scores.Length, image => scores[image] = Score(tokens, weights, image), token);
        return new MetricResult(Name, [new MetricScore("cider", scores.Sum() / scores.Length, scores)])
        {
            Details = new Dictionary<string, double> { ["log_images"] = weights.LogImages },
        };
    }

    private double Score(TokenizedCorpus corpus, CiderWeights weights, int image)
    {
        var ngrams = corpus.Ngrams;
        var first = corpus.ReferenceStarts[image];
        var count = corpus.ReferenceStarts[image + 1] - first;
        var bigrams = Bigrams(corpus.CandidateWords, image);
        var sum = 0.0;
        for (var reference = first; reference < first + count; reference++)
        {
            var difference = bigrams - Bigrams(corpus.ReferenceWords, reference);
            var penalty = _options.Form == CiderForm.CiderD ? Math.Exp(-(difference * difference) / (2 * _options.Sigma * _options.Sigma)) : 1;
            for (var n = 0; n < NgramCorpus.Longest; n++)
            {
                sum += penalty * Similarity(ngrams.Candidates[n], image, ngrams.References[n], reference, weights[n]);
            }
        }

        return sum / NgramCorpus.Longest / count * Scale;
    }

    private static double Bigrams(TokenLists words, int caption) => Math.Max(0, words[caption].Length - 1);

    /// <summary>The cosine of two captions' weighted counts, with the candidate's cut to the reference's in CIDEr-D.</summary>
    private double Similarity(NgramLists candidates, int candidate, NgramLists references, int reference, ReadOnlySpan<double> weights)
    {
        var ids = candidates.IdsOf(candidate);
        var counts = candidates.CountsOf(candidate);
        var referenceIds = references.IdsOf(reference);
        var referenceCounts = references.CountsOf(reference);
        var clip = _options.Form == CiderForm.CiderD;
        var product = 0.0;
        for (int i = 0, j = 0; i < ids.Length && j < referenceIds.Length;)
        {
            if (ids[i] == referenceIds[j])
            {
                var weight = weights[ids[i]];
                var own = counts[i++] * weight;
                var theirs = referenceCounts[j++] * weight;
                product += (clip ? Math.Min(own, theirs) : own) * theirs;
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

        return product == 0 ? 0 : product / (Norm(ids, counts, weights) * Norm(referenceIds, referenceCounts, weights));
    }

    private static double Norm(ReadOnlySpan<int> ids, ReadOnlySpan<int> counts, ReadOnlySpan<double> weights)
    {
        var sum = 0.0;
        for (var i = 0; i < ids.Length; i++)
        {
            var value = counts[i] * weights[ids[i]];
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }
}
