using System.Text;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Phrases of the first column and their paraphrases in the second, read from an index where they are asked for.</summary>
internal sealed class ParaphraseTable : IDisposable
{
    private readonly IndexBytes _bytes;
    private readonly ParaphraseLayout _layout;

    public ParaphraseTable(IndexBytes bytes)
    {
        _bytes = bytes;
        _layout = ParaphraseLayout.Read(bytes);
    }

    /// <summary>The most words that a phrase has.</summary>
    public int LongestPhrase => _layout.LongestPhrase;

    /// <summary>The number of a phrase, words with one blank between, or -1.</summary>
    public int Find(string phrase)
    {
        Span<byte> text = stackalloc byte[256];
        if (Encoding.UTF8.GetByteCount(phrase) > text.Length)
        {
            return -1;
        }

        text = text[..Encoding.UTF8.GetBytes(phrase, text)];
        for (var slot = (int)(ParaphraseLayout.Hash(text) % (uint)_layout.SlotCount); ; slot = (slot + 1) % _layout.SlotCount)
        {
            var id = _bytes.Int32(_layout.Slots, slot) - 1;
            if (id < 0 || HasText(id, text))
            {
                return id;
            }
        }
    }

    /// <summary>The numbers of the phrases that the second column has for a phrase in the first, in the table's order.</summary>
    public int[] ParaphrasesOf(int phrase)
    {
        var (start, end) = (_bytes.Int32(_layout.SecondStarts, phrase), _bytes.Int32(_layout.SecondStarts, phrase + 1));
        var paraphrases = new int[end - start];
        _bytes.Read(_layout.Seconds + ((long)start * sizeof(int)), paraphrases.AsSpan());
        return paraphrases;
    }

    public void Dispose() => _bytes.Dispose();

    private bool HasText(int phrase, ReadOnlySpan<byte> text)
    {
        var (start, end) = (_bytes.Int32(ParaphraseLayout.TextStarts, phrase), _bytes.Int32(ParaphraseLayout.TextStarts, phrase + 1));
        if (end - start != text.Length)
        {
            return false;
        }

        Span<byte> stored = stackalloc byte[256];
        stored = stored[..text.Length];
        _bytes.Read(_layout.Text + start, stored);
        return stored.SequenceEqual(text);
    }
}
