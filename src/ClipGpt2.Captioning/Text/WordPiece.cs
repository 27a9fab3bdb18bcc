namespace ClipGpt2.Captioning.Text;

/// <summary>Cuts words into the longest pieces that the vocabulary has, from left to right.</summary>
/// <remarks>Source: <c>WordpieceTokenizer</c> of transformers' <c>tokenization_bert.py</c>. Safe from any number of threads.</remarks>
internal sealed class WordPiece(TokenVocabulary vocabulary, int unknownId)
{
    /// <summary>In characters, not UTF-16 units: longer words are unknown.</summary>
    private const int LongestWord = 100;

    private const string Continuation = "##";

    /// <summary>Writes a word's ids.</summary>
    public void Encode(ReadOnlySpan<char> text, int start, int end, TokenWriter writer)
    {
        var word = text[start..end];
        if (CountCharacters(word) > LongestWord || !TryCut(word, start, writer))
        {
            writer.Add(unknownId, start, end);
        }
    }

    private bool TryCut(ReadOnlySpan<char> word, int offset, TokenWriter writer)
    {
        Span<char> buffer = stackalloc char[Continuation.Length + (2 * LongestWord)];
        Continuation.CopyTo(buffer);
        word.CopyTo(buffer[Continuation.Length..]);
        Span<(int Id, int End)> pieces = stackalloc (int, int)[2 * LongestWord];
        var count = 0;
        for (var at = 0; at < word.Length; at = pieces[count++].End)
        {
            // The mark goes over the two characters before the piece, which are done with.
            if (at > 0)
            {
                Continuation.CopyTo(buffer[at..]);
            }

            if (LongestPiece(buffer[..(word.Length + Continuation.Length)], at == 0 ? Continuation.Length : at, at + Continuation.Length) is not { } piece)
            {
                return false;
            }

            pieces[count] = (piece.Id, piece.End - Continuation.Length);
        }

        for (var (i, from) = (0, 0); i < count; from = pieces[i++].End)
        {
            writer.Add(pieces[i].Id, offset + from, offset + pieces[i].End);
        }

        return true;
    }

    /// <summary>The longest piece that begins at a position, as the vocabulary spells it from <paramref name="spelledFrom"/> on.</summary>
    private (int Id, int End)? LongestPiece(ReadOnlySpan<char> buffer, int spelledFrom, int at)
    {
        for (var end = buffer.Length; end > at; end--)
        {
            if (vocabulary.IdOf(buffer[spelledFrom..end]) is { } id)
            {
                return (id, end);
            }
        }

        return null;
    }

    private static int CountCharacters(ReadOnlySpan<char> word)
    {
        var count = 0;
        foreach (var _ in word.EnumerateRunes())
        {
            count++;
        }

        return count;
    }
}
