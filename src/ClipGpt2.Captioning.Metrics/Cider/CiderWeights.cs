using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Cider;

/// <summary>The weight of each n-gram of a corpus: the logarithm of the number of images over that of images that have it.</summary>
internal sealed class CiderWeights
{
    private readonly double[][] _weights;

    private CiderWeights(double logImages, double[][] weights) => (LogImages, _weights) = (logImages, weights);

    public double LogImages { get; }

    /// <summary>The weights of the n-grams of a length, given less one, by number.</summary>
    public ReadOnlySpan<double> this[int n] => _weights[n];

    public static CiderWeights Of(TokenizedCorpus corpus, CiderDocumentFrequencies? given)
    {
        var logImages = Math.Log(given?.ImageCount ?? corpus.ImageCount);
        var frequencies = given is null ? CountImages(corpus) : given.For(corpus);
        return new CiderWeights(logImages, Array.ConvertAll(frequencies, f => Array.ConvertAll(f, images => logImages - Math.Log(Math.Max(1, images)))));
    }

    /// <summary>In how many images' references each n-gram is found, by length less one and number.</summary>
    public static int[][] CountImages(TokenizedCorpus corpus)
    {
        var counts = new int[NgramCorpus.Longest][];
        Parallel.For(0, counts.Length, n => counts[n] = CountImages(corpus, corpus.Ngrams.References[n], corpus.Ngrams.Distinct[n]));
        return counts;
    }

    private static int[] CountImages(TokenizedCorpus corpus, NgramLists references, int distinct)
    {
        var (counts, lastImage) = (new int[distinct], new int[distinct]);
        for (var image = 0; image < corpus.ImageCount; image++)
        {
            for (var reference = corpus.ReferenceStarts[image]; reference < corpus.ReferenceStarts[image + 1]; reference++)
            {
                foreach (var id in references.IdsOf(reference))
                {
                    counts[id] += lastImage[id] == image + 1 ? 0 : 1;
                    lastImage[id] = image + 1;
                }
            }
        }

        return counts;
    }
}
