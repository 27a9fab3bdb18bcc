using System.Text;

namespace ClipGpt2.Captioning.Tests.Sources;

/// <summary>A C# source taken apart: code without comments and literals, and what its string literals say.</summary>
/// <remarks>Knows regular, verbatim, raw and interpolated strings; what stands in an interpolation's braces is code. Lines that begin with # are left out.</remarks>
internal sealed class CSharpText
{
    private readonly string _source;
    private readonly StringBuilder _code = new();
    private readonly List<string> _literals = [];
    private int _at;

    private CSharpText(string source) => _source = source;

    /// <summary>The code; each comment and literal is a space in it.</summary>
    public string Code => _code.ToString();

    /// <summary>The text of string literals in their order; an interpolated one gives its parts between the braces. Escapes stay as they are written.</summary>
    public IReadOnlyList<string> Literals => _literals;

    public static CSharpText Parse(string source)
    {
        var text = new CSharpText(source);
        text.ReadCode(isHole: false);
        return text;
    }

    private char Peek(int ahead = 0) => _at + ahead < _source.Length ? _source[_at + ahead] : '\0';

    private bool IsAt(string text) => string.CompareOrdinal(_source, _at, text, 0, text.Length) == 0;

    /// <summary>Reads code to the end, or to the brace that closes an interpolation's hole.</summary>
    private void ReadCode(bool isHole)
    {
        for (var depth = 0; _at < _source.Length;)
        {
            if (isHole && depth == 0 && Peek() == '}')
            {
                return;
            }

            if (SkipComment() || SkipDirective() || SkipCharacter() || ReadString())
            {
                _code.Append(' ');
                continue;
            }

            depth += Peek() is '{' ? 1 : Peek() is '}' ? -1 : 0;
            _code.Append(_source[_at++]);
        }
    }

    private bool SkipComment()
    {
        var end = IsAt("//") ? _source.IndexOf('\n', _at) : IsAt("/*") ? _source.IndexOf("*/", _at + 2, StringComparison.Ordinal) + 2 : _at;
        return MoveTo(end < _at ? _source.Length : end);
    }

    private bool SkipDirective()
    {
        var lineStart = _at == 0 ? 0 : _source.LastIndexOf('\n', _at - 1) + 1;
        return Peek() == '#' && string.IsNullOrWhiteSpace(_source[lineStart.._at]) && MoveTo(_source.IndexOf('\n', _at) is > 0 and var end ? end : _source.Length);
    }

    private bool SkipCharacter()
    {
        if (Peek() != '\'')
        {
            return false;
        }

        for (_at++; Peek() is not ('\'' or '\n' or '\0');)
        {
            _at += Peek() == '\\' ? 2 : 1;
        }

        _at++;
        return true;
    }

    private bool MoveTo(int end)
    {
        var moved = end > _at;
        _at = end;
        return moved;
    }

    private bool ReadString()
    {
        var start = _at;
        var (dollars, isVerbatim) = (0, false);
        for (; Peek() is '$' or '@'; _at++)
        {
            (dollars, isVerbatim) = Peek() == '$' ? (dollars + 1, isVerbatim) : (dollars, true);
        }

        var quotes = Run('"');
        if (quotes == 0)
        {
            _at = start;
            return false;
        }

        if (quotes >= 3 && !isVerbatim)
        {
            _at += quotes;
            ReadContent(new string('"', quotes), dollars, Escape.None);
        }
        else
        {
            _at++;
            ReadContent("\"", dollars, isVerbatim ? Escape.DoubledQuote : Escape.Backslash);
        }

        return true;
    }

    /// <summary>Reads to the closing quotes; holes begin with as many braces as the literal has dollar signs.</summary>
    private void ReadContent(string end, int dollars, Escape escape)
    {
        var part = new StringBuilder();
        while (_at < _source.Length && !IsEnd(end, escape))
        {
            var length = escape == Escape.Backslash && Peek() == '\\' ? 2 : escape == Escape.DoubledQuote && IsAt("\"\"") ? 2 : 1;
            if (dollars > 0 && Peek() == '{' && Run('{') is var braces && (escape == Escape.None ? braces >= dollars : braces % 2 == 1))
            {
                part.Append('{', braces - dollars);
                AddLiteral(part);
                _at += braces;
                ReadCode(isHole: true);
                _at += dollars;
                continue;
            }

            length = dollars > 0 && escape != Escape.None && (IsAt("{{") || IsAt("}}")) ? 2 : length;
            part.Append(_source, _at, Math.Min(length, _source.Length - _at));
            _at += length;
        }

        AddLiteral(part);
        _at += end.Length;
    }

    private bool IsEnd(string end, Escape escape) => IsAt(end) && !(escape == Escape.DoubledQuote && IsAt("\"\""));

    private void AddLiteral(StringBuilder part)
    {
        if (part.Length > 0)
        {
            _literals.Add(part.ToString());
            part.Clear();
        }
    }

    private int Run(char c)
    {
        var length = 0;
        while (Peek(length) == c)
        {
            length++;
        }

        return length;
    }

    private enum Escape
    {
        None,
        Backslash,
        DoubledQuote,
    }
}
