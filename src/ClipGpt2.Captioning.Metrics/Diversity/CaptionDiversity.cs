using ClipGpt2.Captioning.Metrics.Bleu;

namespace ClipGpt2.Captioning.Metrics.Diversity;

/// <summary>How much several captions of the same image differ (Shetty et al., 2017; Wang and Chan, 2019).</summary>
/// <param name="Div1">Different words of an image's captions by all their words, in the mean over images.</param>
/// <param name="Div2">Different bigrams of an image's captions by all their <em>words</em>, in the mean over images.</param>
/// <param name="Div1PerImage">Each image's.</param>
/// <param name="Div2PerImage">Each image's.</param>
/// <param name="DistinctInImage">The share of different captions of an image, in the mean.</param>
/// <param name="MutualBleu">BLEU-1 to 4 of each caption with the others of its image as references, in the mean over positions: high means alike.</param>
/// <param name="MutualBleuPerPosition">The same for each position.</param>
public sealed record CaptionDiversity(
    double Div1,
    double Div2,
    IReadOnlyList<double> Div1PerImage,
    IReadOnlyList<double> Div2PerImage,
    double DistinctInImage,
    IReadOnlyList<double> MutualBleu,
    IReadOnlyList<IReadOnlyList<double>> MutualBleuPerPosition)
{
    /// <summary>Measures captions.</summary>
    /// <param name="captions">For each image its tokenized captions: the same number of at least two for all.</param>
    /// <exception cref="CaptioningException">There are no images, or the numbers of captions are wrong.</exception>
    public static CaptionDiversity Of(IReadOnlyList<IReadOnlyList<string>> captions)
    {
        var count = captions.Count == 0 ? 0 : captions[0].Count;
        if (count < 2 || captions.Any(c => c.Count != count))
        {
            throw new CaptioningException("Diversity needs images with the same number of captions, at least two.");
        }

        var words = captions.Select(WordCounts.Of).ToList();
        double[] div1 = [.. words.Select(w => PerWord(w, 1))];
        double[] div2 = [.. words.Select(w => PerWord(w, 2))];
        var perPosition = Enumerable.Range(0, count).Select(position => MutualBleuAt(captions, position)).ToArray();
        return new CaptionDiversity(
            div1.Average(),
            div2.Average(),
            div1,
            div2,
            captions.Average(c => (double)c.Distinct(StringComparer.Ordinal).Count() / count),
            [.. Enumerable.Range(0, perPosition[0].Length).Select(n => perPosition.Average(p => p[n]))],
            perPosition);
    }

    private static double PerWord(WordCounts words, int n) => words.Count(1) == 0 ? 0 : (double)words.Distinct(n) / words.Count(1);

    private static double[] MutualBleuAt(IReadOnlyList<IReadOnlyList<string>> captions, int position)
    {
        var images = captions.Select((c, i) => new CaptionedImage($"{i}", c[position], [.. c.Where((_, other) => other != position)]));
        var result = new BleuMetric().Evaluate(new CaptionCorpus([.. images], CaptionTokenization.Blanks));
        return [.. result.Scores.Select(s => s.Corpus)];
    }
}
