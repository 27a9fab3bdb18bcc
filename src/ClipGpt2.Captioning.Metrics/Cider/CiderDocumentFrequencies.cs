using System.Text;
using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Cider;

/// <summary>In how many images of a corpus the references have each n-gram: what CIDEr weighs n-grams with, kept for scoring other captions alike.</summary>
/// <remarks>
/// Self-critical training scores each batch with the frequencies of the whole training set. The file is text: a line
/// <c>cider-document-frequencies 1 IMAGES</c>, then a line <c>COUNT word word ...</c> for each n-gram of one to four words. Immutable; safe for several threads.
/// </remarks>
public sealed class CiderDocumentFrequencies
{
    private const string Format = "cider-document-frequencies 1";

    private readonly NgramIndex _ngrams;

    // By length less one and the n-gram's number; 0 for one that is no more than a longer one's beginning.
    private readonly IReadOnlyList<int>[] _images;

    private CiderDocumentFrequencies(int imageCount, NgramIndex ngrams, IReadOnlyList<int>[] images) => (ImageCount, _ngrams, _images) = (imageCount, ngrams, images);

    /// <summary>The number of images that were counted.</summary>
    public int ImageCount { get; }

    /// <summary>Counts a corpus's references.</summary>
    /// <param name="corpus">The corpus; its candidates aren't looked at.</param>
    public static CiderDocumentFrequencies Of(CaptionCorpus corpus) => new(corpus.Tokens.ImageCount, corpus.Tokens.Ngrams.Index, CiderWeights.CountImages(corpus.Tokens));

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CaptioningException">The file can't be read or has another form; the message names the line.</exception>
    public static CiderDocumentFrequencies Load(string path)
    {
        var lines = TextFile.Lines(path, "CIDEr's document frequencies");
        var ngrams = new NgramIndex();
        var counts = Array.ConvertAll(new int[NgramCorpus.Longest], _ => new List<int>());
        var images = 0;
        foreach (var (number, line) in lines)
        {
            if (number == 1)
            {
                images = line.StartsWith(Format + " ", StringComparison.Ordinal) ? Count(line[(Format.Length + 1)..]) : 0;
                Require(images > 0, path, number, $"starts with '{Format}' and the number of images");
                continue;
            }

            var parts = line.Split(' ');
            Require(parts.Length is > 1 and <= NgramCorpus.Longest + 1 && Count(parts[0]) > 0, path, number, "is a count and one to four words, with blanks between");
            var (id, found) = (ngrams.Intern(parts.AsSpan(1)), counts[parts.Length - 2]);
            found.AddRange(Enumerable.Repeat(0, Math.Max(0, id + 1 - found.Count)));
            found[id] = Count(parts[0]);
        }

        Require(images > 0, path, 1, $"starts with '{Format}' and the number of images");
        return new CiderDocumentFrequencies(images, ngrams, counts);
    }

    /// <summary>Writes the frequencies to a file, whole or not at all.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        writer.Write($"{Format} {ImageCount}\n");
        for (var n = 0; n < _images.Length; n++)
        {
            foreach (var (words, images) in _ngrams.Texts(n).Zip(_images[n]).Where(ngram => ngram.Second > 0))
            {
                writer.Write($"{images} {string.Join(' ', words)}\n");
            }
        }
    });

    /// <summary>The frequencies of a corpus's n-grams, by length less one and number.</summary>
    /// <remarks>The work is the corpus's, however many n-grams were counted here.</remarks>
    internal int[][] For(TokenizedCorpus corpus)
    {
        var known = _ngrams.Translate(corpus.Ngrams.Index);
        return [.. known.Select((ids, n) => Array.ConvertAll(ids, id => id >= 0 && id < _images[n].Count ? _images[n][id] : 0))];
    }

    private static int Count(string text) => int.TryParse(text, out var count) ? count : 0;

    private static void Require(bool condition, string path, int line, string rule)
    {
        if (!condition)
        {
            throw new CaptioningException($"'{path}', line {line}: not CIDEr's document frequencies; this line {rule}.");
        }
    }
}
