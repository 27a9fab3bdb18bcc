using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Bleu;

/// <summary>The counts from which BLEU is computed, of an image or summed.</summary>
/// <param name="Length">Words of the candidate.</param>
/// <param name="ReferenceLength">Words of the reference nearest in length.</param>
/// <param name="Correct">By n-gram length: how many of the candidate's n-grams a reference has.</param>
/// <param name="Guess">By n-gram length: how many the candidate has.</param>
internal sealed record BleuStatistics(long Length, long ReferenceLength, long[] Correct, long[] Guess)
{
    /// <summary>The reference's guards against division by zero; they show in the last digits of every figure.</summary>
    private const double Tiny = 1e-15;

    private const double Small = 1e-9;

    public double Ratio => (Length + Tiny) / (ReferenceLength + Small);

    public static long[] Guesses(long length)
    {
        var guesses = new long[NgramCorpus.Longest];
        for (var n = 0; n < guesses.Length; n++)
        {
            guesses[n] = Math.Max(0, length - n);
        }

        return guesses;
    }

    public static BleuStatistics Sum(IEnumerable<BleuStatistics> statistics)
    {
        var (length, referenceLength) = (0L, 0L);
        var (correct, guess) = (new long[NgramCorpus.Longest], new long[NgramCorpus.Longest]);
        foreach (var one in statistics)
        {
            length += one.Length;
            referenceLength += one.ReferenceLength;
            for (var n = 0; n < correct.Length; n++)
            {
                correct[n] += one.Correct[n];
                guess[n] += one.Guess[n];
            }
        }

        return new BleuStatistics(length, referenceLength, correct, guess);
    }

    /// <summary>BLEU-1 to BLEU-4.</summary>
    public double[] Scores()
    {
        var penalty = Ratio < 1 ? Math.Exp(1 - (1 / Ratio)) : 1;
        var scores = new double[Correct.Length];
        var product = 1.0;
        for (var n = 0; n < scores.Length; n++)
        {
            product *= (Correct[n] + Tiny) / (Guess[n] + Small);
            scores[n] = Math.Pow(product, 1.0 / (n + 1)) * penalty;
        }

        return scores;
    }
}
