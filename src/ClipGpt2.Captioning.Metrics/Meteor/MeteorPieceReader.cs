using System.Text;
using ClipGpt2.Captioning.Metrics.Tokenization;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Turns pieces of captions into METEOR's words: normalised, or as they are, and lower-cased.</summary>
/// <remarks>
/// A piece's words depend on nothing but the piece and, for one that ends with a period, on how the next piece begins;
/// so each piece is normalised once for each such beginning. Captions with control characters, which count only inside a line, are normalised whole.
/// </remarks>
internal sealed class MeteorPieceReader(Vocabulary pieces, MeteorOptions options)
{
    private static readonly char[] Blanks = [' ', '\t', '\n', '\r', '\f'];

    private readonly MeteorNormalizer _normalizer = new((options.Data ?? MeteorData.BuiltIn).Prefixes, (options.Data ?? MeteorData.BuiltIn).NumericPrefixes);
    private readonly Dictionary<(int Piece, char Next), int[]> _known = [];

    /// <summary>In <see cref="_plain"/>, a piece with a control character.</summary>
    private const int InLine = -2;

    /// <summary>For pieces of letters and digits, which are words as they are: the word's number plus one; -1 or <see cref="InLine"/> for others; 0 if not looked at yet.</summary>
    private int[] _plain = new int[pieces.Count];

    public Vocabulary Words { get; } = new();

    /// <summary>The pieces that contain a text.</summary>
    public HashSet<int> PiecesWith(string text) => [.. Enumerable.Range(0, pieces.Count).Where(id => pieces[id].Contains(text, StringComparison.Ordinal))];

    /// <summary>Appends the words of a caption's pieces.</summary>
    public void AddWords(ReadOnlySpan<int> caption, TokenListsBuilder into)
    {
        if (HasControlCharacters(caption))
        {
            into.AddRange(Intern(Texts(Join(caption), '\0')));
            return;
        }

        for (var i = 0; i < caption.Length; i++)
        {
            var piece = caption[i];
            var plain = PlainWord(piece);
            if (plain > 0)
            {
                into.Add(plain - 1);
            }
            else
            {
                into.AddRange(WordsOf(piece, NextBeginning(caption[(i + 1)..])));
            }
        }
    }

    private bool HasControlCharacters(ReadOnlySpan<int> caption)
    {
        foreach (var piece in caption)
        {
            if (PlainWord(piece) == InLine)
            {
                return true;
            }
        }

        return false;
    }

    private string Join(ReadOnlySpan<int> caption)
    {
        var line = new StringBuilder();
        foreach (var piece in caption)
        {
            line.Append(line.Length > 0 ? " " : "").Append(pieces[piece]);
        }

        return line.ToString();
    }

    private int[] Intern(IEnumerable<string> words) => [.. words.Select(word => Words.Intern(Lower(word)))];

    private int PlainWord(int piece)
    {
        if (piece >= _plain.Length)
        {
            Array.Resize(ref _plain, pieces.Count);
        }

        if (_plain[piece] == 0)
        {
            _plain[piece] = IsPlain(pieces[piece]) ? Words.Intern(pieces[piece]) + 1
                : pieces[piece].ContainsAnyInRange('\0', '\u001F') ? InLine
                : -1;
        }

        return _plain[piece];
    }

    private static bool IsPlain(ReadOnlySpan<char> piece)
    {
        foreach (var c in piece)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        return piece.Length > 0;
    }

    /// <summary>A letter, digit or other mark that stands for how the following text begins, as far as it matters to a period before it.</summary>
    private char NextBeginning(ReadOnlySpan<int> following)
    {
        foreach (var piece in following)
        {
            foreach (var c in pieces[piece])
            {
                if (!MeteorNormalizer.IsBlank(c))
                {
                    return char.IsLower(c) ? 'a' : char.IsAsciiDigit(c) ? '0' : '-';
                }
            }
        }

        return '\0';
    }

    private int[] WordsOf(int piece, char next)
    {
        if (!_known.TryGetValue((piece, next), out var words))
        {
            _known[(piece, next)] = words = Intern(Texts(pieces[piece].ToString(), next));
        }

        return words;
    }

    private string[] Texts(string piece, char next)
    {
        if (!options.Normalize)
        {
            return piece.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        }

        // The next piece stands behind while the piece is normalised, and is taken off again.
        var withNext = next == '\0' || next == '-' ? piece : $"{piece} {next}";
        var words = _normalizer.Normalize(withNext, options.KeepPunctuation).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return withNext.Length > piece.Length ? words[..^1] : words;
    }

    private static string Lower(string word)
    {
        var lower = new StringBuilder(word.Length);
        foreach (var c in word)
        {
            _ = c == 'İ' ? lower.Append("i\u0307") : lower.Append(char.ToLowerInvariant(c));
        }

        return lower.ToString();
    }
}
