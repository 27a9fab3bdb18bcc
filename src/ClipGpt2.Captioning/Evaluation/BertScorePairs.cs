namespace ClipGpt2.Captioning.Evaluation;

/// <summary>Scores each candidate against its references by the vectors of one layer.</summary>
/// <remarks>
/// Source: bert_score's <c>greedy_cos_idf</c>. There, a token that is unlike all tokens of the other sentence has the similarity 0 if the batch holds a
/// longer sentence, and its own below 0 if not; here it is always its own.
/// </remarks>
internal sealed class BertScorePairs(SentenceTable sentences, double[][] weights)
{
    // The two marks around a sentence and nothing between them.
    private const int EmptyLength = 2;

    public int EmptyCandidates => sentences.Candidates.Count(IsEmpty);

    public int EmptyReferences => sentences.References.Sum(image => image.Count(IsEmpty));

    /// <summary>Scores all images.</summary>
    /// <param name="vectors">Each distinct sentence's unit vectors, [T, H] row by row.</param>
    /// <param name="token">Ends the work early.</param>
    public Scores Score(float[][] vectors, CancellationToken token)
    {
        var count = sentences.Candidates.Length;
        var scores = new Scores(new double[count], new double[count], new double[count]);
        Parallel.For(0, count, new ParallelOptions { CancellationToken = token, MaxDegreeOfParallelism = Environment.ProcessorCount }, image =>
            (scores.Precision[image], scores.Recall[image], scores.F[image]) = Best(vectors, image));
        return scores;
    }

    private bool IsEmpty(int sentence) => sentences.Tokens[sentence].Length <= EmptyLength;

    /// <summary>The maximum of each of the three over an image's references; NaN wins.</summary>
    private (double Precision, double Recall, double F) Best(float[][] vectors, int image)
    {
        var best = (Precision: double.NegativeInfinity, Recall: double.NegativeInfinity, F: double.NegativeInfinity);
        foreach (var reference in sentences.References[image])
        {
            var (precision, recall, f) = Pair(vectors, sentences.Candidates[image], reference);
            best = (Math.Max(best.Precision, precision), Math.Max(best.Recall, recall), Math.Max(best.F, f));
        }

        return best;
    }

    private (double Precision, double Recall, double F) Pair(float[][] vectors, int candidate, int reference)
    {
        if (IsEmpty(candidate) || IsEmpty(reference))
        {
            return (0, 0, 0);
        }

        var (rows, columns) = (sentences.Tokens[candidate].Length, sentences.Tokens[reference].Length);
        var (bestOfRow, bestOfColumn) = (new float[rows], new float[columns]);
        Array.Fill(bestOfRow, float.NegativeInfinity);
        Array.Fill(bestOfColumn, float.NegativeInfinity);
        var size = vectors[candidate].Length / rows;
        for (var row = 0; row < rows; row++)
        {
            var own = vectors[candidate].AsSpan(row * size, size);
            for (var column = 0; column < columns; column++)
            {
                var similarity = UnitVectors.Cosine(own, vectors[reference].AsSpan(column * size, size));
                bestOfRow[row] = Math.Max(bestOfRow[row], similarity);
                bestOfColumn[column] = Math.Max(bestOfColumn[column], similarity);
            }
        }

        var precision = WeightedMean(bestOfRow, weights[candidate]);
        var recall = WeightedMean(bestOfColumn, weights[reference]);
        var f = 2 * precision * recall / (precision + recall);
        return (precision, recall, double.IsNaN(f) ? 0 : f);
    }

    private static double WeightedMean(float[] similarities, double[] weights)
    {
        var (sum, total) = (0.0, 0.0);
        for (var i = 0; i < weights.Length; i++)
        {
            sum += similarities[i] * weights[i];
            total += weights[i];
        }

        return sum / total;
    }

    /// <summary>The three scores of each image.</summary>
    internal sealed record Scores(double[] Precision, double[] Recall, double[] F);
}
