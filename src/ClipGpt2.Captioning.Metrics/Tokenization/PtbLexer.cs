namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Finds the tokens of one line of a document by the Penn Treebank's conventions, the longest possible token first.</summary>
/// <remarks>
/// Behaves as the tokenizer of the COCO evaluation does on the golden data; written from its published description, the Treebank's guidelines and that
/// data. A token ends with its line, but what decides between two readings may stand on the next line or be missing at the document's end:
/// that is the reference's behaviour (<c>:)</c> before a line break is a smiley, at the end of the input it is not).
/// </remarks>
internal ref partial struct PtbLexer
{
    private readonly ReadOnlySpan<char> _document;
    private readonly int _end;
    private int _position;
    private int _firstPartEnd;
    private int _mailNameEnd;

    /// <param name="document">The text, with all that follows the line.</param>
    /// <param name="start">Where the line starts.</param>
    /// <param name="end">Where the line ends.</param>
    public PtbLexer(ReadOnlySpan<char> document, int start, int end)
    {
        _document = document;
        _position = start;
        _end = end;
    }

    /// <summary>Reads the next token of the line; false at its end.</summary>
    public bool Read(out PtbToken token)
    {
        while (_position < _end)
        {
            var start = _position;
            switch (CharKinds.Of(_document[start]))
            {
                case CharKind.Letter or CharKind.Digit:
                    token = ReadWord(start);
                    return true;
                case CharKind.Symbol:
                    token = ReadSymbol(start);
                    return true;
                case CharKind.Punctuation when IsEncodedBlank(start, out var length):
                    _position += length;
                    break;
                case CharKind.Punctuation:
                    token = ReadPunctuation(start);
                    return true;
                default:
                    _position++;
                    break;
            }
        }

        token = default;
        return false;
    }

    /// <summary>The character at an index of the line, or a blank beyond its end: no token of more than one character goes further.</summary>
    private readonly char At(int index) => index < _end ? _document[index] : '\n';

    private readonly ReadOnlySpan<char> Rest(int start) => _document[start.._end];

    /// <summary>Whether the document goes on at the index, on this line or the next, with something that is no ASCII letter.</summary>
    /// <remarks>At the end of the document this is false: the reference looks for one more character there and finds none.</remarks>
    private readonly bool GoesOnWithoutLetter(int index) => index < _document.Length && !char.IsAsciiLetter(_document[index]);

    /// <summary>Whether a blank or line break follows; false at the end of the document, as for <see cref="GoesOnWithoutLetter"/>.</summary>
    private readonly bool IsBlankAt(int index) => index < _document.Length && CharKinds.Of(_document[index]) is CharKind.Blank or CharKind.LineBreak;

    private readonly bool IsWordPartAt(int index) => index < _end && CharKinds.IsWordPart(_document[index]);

    private readonly bool IsLetterAt(int index) => index < _end && CharKinds.Of(_document[index]) == CharKind.Letter;

    private readonly bool IsApostropheAt(int index) => At(index) is '\'' or '’';

    /// <summary>Whether <c>'t</c> follows an <c>n</c>; an opening quote may stand for the apostrophe.</summary>
    private readonly bool IsNotAt(int apostrophe) =>
        (IsApostropheAt(apostrophe) || At(apostrophe) == '‘') && At(apostrophe - 1) is 'n' or 'N' && At(apostrophe + 1) is 't' or 'T' && !IsLetterAt(apostrophe + 2);

    /// <summary>The length of a run of one character.</summary>
    private readonly int RunLength(int start)
    {
        var end = start + 1;
        while (At(end) == _document[start])
        {
            end++;
        }

        return end - start;
    }

    private readonly bool IsEncodedBlank(int index, out int length)
    {
        length = _document[index] == '&' && Entity.Match(Rest(index)) is { Decoded: " " } entity ? entity.Length : 0;
        return length > 0;
    }

    private PtbToken Take(int start, int length, PtbForm form = PtbForm.Plain)
    {
        _position = start + length;
        return new PtbToken(start, length, form);
    }
}
