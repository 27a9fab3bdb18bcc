using System.Buffers;
using System.Text;

namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>Byte-level byte-pair encoding: a word's UTF-8 bytes, merged pair by pair, give its ids.</summary>
/// <remarks>Safe from any number of threads.</remarks>
internal sealed class ByteLevelBpe
{
    private const int BytesOnStack = 256;

    private readonly TokenVocabulary _vocabulary;
    private readonly BytePairMerges _merges;
    private readonly IReadOnlyDictionary<string, int>? _wholeWords;
    private readonly WordCache _cache = new();
    private readonly int[] _inner = new int[256];
    private readonly int[] _last = new int[256];
    private readonly int[] _ids;
    private readonly int _wordEndLength;

    /// <param name="vocabulary">Tokens in the byte alphabet.</param>
    /// <param name="merges">The merges, which fit the vocabulary.</param>
    /// <param name="unknownId">The id of symbols that the vocabulary lacks.</param>
    /// <param name="wordEnd">What marks a word's last symbol: empty for GPT-2, <c>&lt;/w&gt;</c> for CLIP.</param>
    /// <param name="wholeWords">Words that have an id of their own without merging; null for none.</param>
    public ByteLevelBpe(
        TokenVocabulary vocabulary, MergeList merges, int unknownId, string wordEnd, IReadOnlyDictionary<string, int>? wholeWords = null)
    {
        _vocabulary = vocabulary;
        _wholeWords = wholeWords;
        _merges = new(merges.Pairs.Count);
        _wordEndLength = wordEnd.Length;
        var symbols = new Dictionary<string, int>(merges.Pairs.Count + 512, StringComparer.Ordinal);
        var ids = new List<int>(merges.Pairs.Count + 512);
        for (var value = 0; value < 256; value++)
        {
            var character = ByteAlphabet.CharacterOf((byte)value).ToString();
            _inner[value] = SymbolOf(character);
            _last[value] = SymbolOf(character + wordEnd);
        }

        for (var rank = 0; rank < merges.Pairs.Count; rank++)
        {
            var (left, right) = merges.Pairs[rank];
            _merges.Add(SymbolOf(left), SymbolOf(right), rank, SymbolOf(left + right));
        }

        _ids = [.. ids];

        // A byte's symbol need not be in the vocabulary.
        int SymbolOf(string token)
        {
            if (!symbols.TryGetValue(token, out var symbol))
            {
                symbol = ids.Count;
                symbols.Add(token, symbol);
                ids.Add(vocabulary.IdOf(token) ?? unknownId);
            }

            return symbol;
        }
    }

    /// <summary>Writes the ids of a piece of text, word by word.</summary>
    public void Encode(ReadOnlySpan<char> text, IWordSplitter words, TokenWriter writer)
    {
        writer.BeginPiece(text);
        for (var start = 0; words.Next(text, ref start, out var end); start = end)
        {
            var word = text[start..end];
            if (!_cache.TryGet(word, out var ids))
            {
                ids = EncodeWord(word);
                _cache.Add(word, ids);
            }

            if (writer.Offsets is null)
            {
                writer.AddWithoutOffsets(ids);
            }
            else
            {
                WriteWithOffsets(ids, text, start, end, writer);
            }
        }
    }

    private int[] EncodeWord(ReadOnlySpan<char> word)
    {
        if (_wholeWords is not null && _wholeWords.TryGetValue(word.ToString(), out var id))
        {
            return [id];
        }

        var most = Encoding.UTF8.GetMaxByteCount(word.Length);
        var rented = most > BytesOnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> utf8 = rented ?? stackalloc byte[BytesOnStack];
        utf8 = utf8[..Encoding.UTF8.GetBytes(word, utf8)];
        var symbols = new int[utf8.Length];
        for (var i = 0; i < utf8.Length; i++)
        {
            symbols[i] = i == utf8.Length - 1 ? _last[utf8[i]] : _inner[utf8[i]];
        }

        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        var ids = symbols.AsSpan(0, _merges.Apply(symbols)).ToArray();
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = _ids[ids[i]];
        }

        return ids;
    }

    /// <summary>A token stands for the characters that its bytes belong to, so that tokens which share a character overlap.</summary>
    private void WriteWithOffsets(int[] ids, ReadOnlySpan<char> text, int start, int end, TokenWriter writer)
    {
        var characters = new List<Range>(end - start);
        for (int at = start, width; at < end; at += width)
        {
            Rune.DecodeFromUtf16(text[at..end], out var rune, out width);
            characters.AddRange(Enumerable.Repeat(at..(at + width), rune.Utf8SequenceLength));
        }

        var position = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            var first = Math.Min(position, characters.Count - 1);
            position += ByteAlphabet.BytesOf(_vocabulary.TokenOf(ids[i])!).Length - (i == ids.Length - 1 ? _wordEndLength : 0);
            var last = Math.Clamp(position - 1, first, characters.Count - 1);
            writer.Add(ids[i], characters[first].Start.Value, characters[last].End.Value);
        }
    }
}
