using System.Text;

namespace ClipGpt2.Captioning.Text;

/// <summary>Decodes ids that come one by one into text of whole characters.</summary>
/// <remarks>
/// A character may need several ids: the bytes of an unfinished one wait. All that is returned, joined, is the text that
/// <see cref="TransformerTokenizer.Decode(IEnumerable{int}, bool, bool?)"/> gives without clean-up (which alone sets added tokens that are not special
/// apart by spaces). For one text and one thread at a time.
/// </remarks>
public sealed class StreamingTextDecoder
{
    private readonly ByteLevelTokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();

    internal StreamingTextDecoder(ByteLevelTokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>Takes the next id.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The characters that it completes, perhaps none.</returns>
    /// <exception cref="CaptioningException">The id is not in the vocabulary.</exception>
    public string Append(int id)
    {
        var bytes = _tokenizer.BytesOf(id);
        return _skipSpecialTokens && _tokenizer.SpecialTokenIds.Contains(id) ? "" : Convert(bytes, flush: false);
    }

    /// <summary>Ends the text.</summary>
    /// <returns>U+FFFD if a character is left unfinished, else nothing.</returns>
    public string Finish() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[_utf8.GetCharCount(bytes, flush)];
        var count = _utf8.GetChars(bytes, characters, flush);
        return new(characters, 0, count);
    }
}
