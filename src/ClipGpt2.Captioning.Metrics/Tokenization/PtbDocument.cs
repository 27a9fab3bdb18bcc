using System.Text;

namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>Captions as the lines of a text, or each as a text of its own.</summary>
internal sealed class PtbDocument
{
    private readonly List<(int Start, int End)> _lines;
    private readonly bool _linesAreAlone;

    private PtbDocument(string text, List<(int Start, int End)> lines, bool linesAreAlone)
    {
        Text = text;
        _lines = lines;
        _linesAreAlone = linesAreAlone;
    }

    public string Text { get; }

    public int LineCount => _lines.Count;

    /// <summary>Joins captions to a document.</summary>
    /// <param name="captions">The captions.</param>
    /// <param name="contextFree">Whether a caption sees nothing of the next one and stays whole in spite of line breaks in it.</param>
    public static PtbDocument Of(IReadOnlyList<string> captions, bool contextFree)
    {
        var text = new StringBuilder(captions.Count * 64);
        var lines = new List<(int, int)>(captions.Count);
        foreach (var caption in captions)
        {
            text.Append(text.Length > 0 || lines.Count > 0 ? "\n" : "");
            var start = text.Length;
            var characters = PtbCharacters.Normalize(caption);
            text.Append(characters).Replace('\n', ' ', start, characters.Length);
            lines.Add((start, text.Length));
        }

        var joined = text.ToString();
        return new PtbDocument(joined, contextFree ? lines : LinesOf(joined), contextFree);
    }

    public PtbLexer Lex(int line)
    {
        var (start, end) = _lines[line];
        return new PtbLexer(_linesAreAlone ? Text.AsSpan(0, end) : Text, start, end);
    }

    private static List<(int Start, int End)> LinesOf(string text)
    {
        var lines = new List<(int, int)>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (CharKinds.Of(text[i]) == CharKind.LineBreak)
            {
                lines.Add((start, i));
                i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
                start = i + 1;
            }
        }

        lines.Add((start, text.Length));
        return lines;
    }
}
