using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Rouge;

/// <summary>ROUGE-L (Lin, 2004) as pycocoevalcap computes it (<c>Rouge.calc_score</c>): an F measure of the longest common subsequence, with beta 1.2.</summary>
/// <remarks>
/// The best precision and the best recall are taken over the references independently. Captions are split at single blanks, so that an empty
/// candidate against an empty reference scores 1. Key: <c>rouge_l</c>; the corpus's figure is the mean.
/// </remarks>
public sealed class RougeLMetric : ICaptionMetric
{
    private const double Beta = 1.2;

    /// <inheritdoc/>
    public string Name => "ROUGE-L";

    /// <inheritdoc/>
    public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default)
    {
        var tokens = corpus.Tokens;
        var scores = new double[tokens.ImageCount];
        Batches.For(scores.Length, () => new LongestCommonSubsequence(), (image, subsequence) => scores[image] = Score(tokens, image, subsequence), token);
        return new MetricResult(Name, [new MetricScore("rouge_l", scores.Sum() / scores.Length, scores)]);
    }

    private static double Score(TokenizedCorpus corpus, int image, LongestCommonSubsequence subsequence)
    {
        var candidate = corpus.CandidatePieces[image];
        var (precision, recall) = (0.0, 0.0);
        for (var reference = corpus.ReferenceStarts[image]; reference < corpus.ReferenceStarts[image + 1]; reference++)
        {
            var words = corpus.ReferencePieces[reference];
            double common = subsequence.Length(candidate, words);
            precision = Math.Max(precision, common / candidate.Length);
            recall = Math.Max(recall, common / words.Length);
        }

        return precision != 0 && recall != 0 ? (1 + (Beta * Beta)) * precision * recall / (recall + (Beta * Beta * precision)) : 0;
    }
}
