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

    private readonly IReadOnlyList<(string[] Words, int Images)> _ngrams;

    private CiderDocumentFrequencies(int imageCount, IReadOnlyList<(string[] Words, int Images)> ngrams) => (ImageCount, _ngrams) = (imageCount, ngrams);

    /// <summary>The number of images that were counted.</summary>
    public int ImageCount { get; }

    /// <summary>Counts a corpus's references.</summary>
    /// <param name="corpus">The corpus; its candidates aren't looked at.</param>
    public static CiderDocumentFrequencies Of(CaptionCorpus corpus)
    {
        var tokens = corpus.Tokens;
        var counts = CiderWeights.CountImages(tokens);
        var found = Array.ConvertAll(counts, c => new bool[c.Length]);
        var ngrams = new List<(string[], int)>();
        for (var reference = 0; reference < tokens.ReferenceWords.Count; reference++)
        {
            var words = tokens.ReferenceWords[reference];
            for (var start = 0; start < words.Length; start++)
            {
                for (var n = 1; n <= NgramCorpus.Longest && start + n <= words.Length; n++)
                {
                    var ngram = words.Slice(start, n);
                    var id = tokens.Ngrams.Find(ngram);
                    if (!found[n - 1][id])
                    {
                        found[n - 1][id] = true;
                        ngrams.Add((Texts(tokens, ngram), counts[n - 1][id]));
                    }
                }
            }
        }

        return new CiderDocumentFrequencies(tokens.ImageCount, ngrams);
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CaptioningException">The file can't be read or has another form; the message names the line.</exception>
    public static CiderDocumentFrequencies Load(string path)
    {
        var lines = TextFile.Lines(path, "CIDEr's document frequencies");
        var ngrams = new List<(string[], int)>();
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
            ngrams.Add((parts[1..], Count(parts[0])));
        }

        Require(images > 0, path, 1, $"starts with '{Format}' and the number of images");
        return new CiderDocumentFrequencies(images, ngrams);
    }

    /// <summary>Writes the frequencies to a file, whole or not at all.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true);
        writer.Write($"{Format} {ImageCount}\n");
        foreach (var (words, images) in _ngrams)
        {
            writer.Write($"{images} {string.Join(' ', words)}\n");
        }
    });

    /// <summary>The frequencies of a corpus's n-grams, by length less one and number.</summary>
    internal int[][] For(TokenizedCorpus corpus)
    {
        var frequencies = Array.ConvertAll(corpus.Ngrams.Distinct, count => new int[count]);
        Span<int> words = stackalloc int[NgramCorpus.Longest];
        foreach (var (texts, images) in _ngrams)
        {
            for (var i = 0; i < texts.Length; i++)
            {
                words[i] = corpus.Vocabulary.Find(texts[i]);
            }

            var id = corpus.Ngrams.Find(words[..texts.Length]);
            if (id >= 0)
            {
                frequencies[texts.Length - 1][id] = images;
            }
        }

        return frequencies;
    }

    private static string[] Texts(TokenizedCorpus tokens, ReadOnlySpan<int> words)
    {
        var texts = new string[words.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = tokens.Vocabulary[words[i]].ToString();
        }

        return texts;
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
