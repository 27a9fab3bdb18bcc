using System.Globalization;
using System.IO.Compression;
using System.Text;
using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Makes an index of METEOR's table of paraphrases: three lines for each entry, a probability, a phrase, its paraphrase.</summary>
internal sealed class ParaphraseIndexer
{
    private readonly Vocabulary _phrases = new();
    private readonly List<(int First, int Second)> _entries = [];
    private int _longest = 1;

    private ParaphraseIndexer()
    {
    }

    public static ParaphraseIndexer Read(string path)
    {
        var indexer = new ParaphraseIndexer();
        try
        {
            using var stream = TextFile.Open(path, "METEOR's paraphrases", () => File.OpenRead(path));
            using var reader = new StreamReader(new GZipStream(stream, CompressionMode.Decompress), Encoding.UTF8);
            indexer.Read(reader, path);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new CaptioningException($"'{path}' can't be read as METEOR's paraphrases: it is damaged or not compressed by gzip ({e.Message})", e);
        }

        return indexer;
    }

    public void Write(Stream stream)
    {
        var (starts, seconds) = ByFirst();
        var (textStarts, text) = Texts();
        var slots = Slots(textStarts, text);
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        new ParaphraseLayout(_phrases.Count, slots.Length, seconds.Length, text.Length, _longest).WriteHeader(writer);
        Write(writer, textStarts);
        Write(writer, slots);
        Write(writer, starts);
        Write(writer, seconds);
        writer.Write(text);
    }

    private void Read(StreamReader reader, string path)
    {
        for (var line = 1; reader.ReadLine() is { } probability; line += 3)
        {
            if (!double.TryParse(probability, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            {
                throw new CaptioningException($"'{path}', line {line}: '{probability}' is not the probability of a paraphrase; an entry is a probability and two phrases.");
            }

            if (reader.ReadLine() is not { } first || reader.ReadLine() is not { } second)
            {
                throw new CaptioningException($"'{path}', line {line}: the file ends inside an entry; it may be cut short.");
            }

            _entries.Add((Intern(first), Intern(second)));
        }
    }

    private int Intern(string phrase)
    {
        _longest = Math.Max(_longest, phrase.AsSpan().Count(' ') + 1);
        return _phrases.Intern(phrase);
    }

    /// <summary>For each phrase of the first column its paraphrases, in the table's order: the search tries them in that order.</summary>
    private (int[] Starts, int[] Seconds) ByFirst()
    {
        var starts = new int[_phrases.Count + 1];
        foreach (var (first, _) in _entries)
        {
            starts[first + 1]++;
        }

        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        var next = starts.AsSpan(0, _phrases.Count).ToArray();
        var seconds = new int[_entries.Count];
        foreach (var (first, second) in _entries)
        {
            seconds[next[first]++] = second;
        }

        return (starts, seconds);
    }

    private (int[] Starts, byte[] Text) Texts()
    {
        var starts = new int[_phrases.Count + 1];
        using var text = new MemoryStream();
        for (var id = 0; id < _phrases.Count; id++)
        {
            text.Write(Encoding.UTF8.GetBytes(_phrases[id].ToString()));
            starts[id + 1] = (int)text.Length;
        }

        return (starts, text.ToArray());
    }

    /// <summary>A hash table: a phrase's number plus one, in the first free slot from the one that its hash gives.</summary>
    private static int[] Slots(int[] textStarts, byte[] text)
    {
        var slots = new int[textStarts.Length * 2];
        for (var id = 0; id + 1 < textStarts.Length; id++)
        {
            var slot = (int)(ParaphraseLayout.Hash(text.AsSpan(textStarts[id]..textStarts[id + 1])) % (uint)slots.Length);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) % slots.Length;
            }

            slots[slot] = id + 1;
        }

        return slots;
    }

    private static void Write(BinaryWriter writer, int[] numbers)
    {
        foreach (var number in numbers)
        {
            writer.Write(number);
        }
    }
}
