namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Reads the tokens of one line as they are written out.</summary>
internal ref struct PtbLineReader
{
    private readonly ReadOnlySpan<char> _text;
    private PtbLexer _lexer;
    private char[] _buffer;

    public PtbLineReader(PtbDocument document, int line, char[]? buffer = null)
    {
        _text = document.Text;
        _lexer = document.Lex(line);
        _buffer = buffer ?? new char[256];
    }

    /// <summary>The next token of the line; what it is written to is used again by the next call.</summary>
    public bool Read(out ReadOnlySpan<char> token)
    {
        while (_lexer.Read(out var found))
        {
            if (found.Length * PtbRewriting.LongestReplacement > _buffer.Length)
            {
                _buffer = new char[found.Length * PtbRewriting.LongestReplacement * 2];
            }

            var length = PtbRewriting.Write(_text.Slice(found.Start, found.Length), found.Form, _buffer);
            if (length > 0)
            {
                token = _buffer.AsSpan(0, length);
                return true;
            }
        }

        token = default;
        return false;
    }
}
