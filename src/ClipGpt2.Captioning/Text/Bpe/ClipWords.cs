using ClipGpt2.Captioning.Text.Unicode;

namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>CLIP's words, matched by code point: <c>SPECIAL|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+</c>. White space belongs to none.</summary>
/// <remarks>
/// Source: the pattern of OpenAI's <c>simple_tokenizer.py</c>. It ignores case there, and the text is lowered before: what is left of that is the long s
/// (U+017F), which folds to s. The fast tokenizer's pattern neither ignores case nor knows special tokens.
/// </remarks>
internal sealed class ClipWords(IReadOnlyList<string> specialTokens, bool ignoreCase) : IWordSplitter
{
    private const char LongS = '\u017f';

    public static ClipWords Fast { get; } = new([], ignoreCase: false);

    public bool Next(ReadOnlySpan<char> text, ref int start, out int end)
    {
        start = CodePoints.EndOfRun(text, start, CharacterClass.Space);
        end = start < text.Length ? EndOfWord(text, start) : start;
        return end > start;
    }

    private int EndOfWord(ReadOnlySpan<char> text, int start)
    {
        foreach (var token in specialTokens)
        {
            if (StartsWith(text[start..], token))
            {
                return start + token.Length;
            }
        }

        if (text[start] == '\'' && ContractionAt(text[start..]) is > 0 and var length)
        {
            return start + length;
        }

        var first = CodePoints.ClassAt(text, start, out var width);
        return first == CharacterClass.Number ? start + width : CodePoints.EndOfRun(text, start + width, first);
    }

    private int ContractionAt(ReadOnlySpan<char> text) =>
        ignoreCase && text.Length > 1 && text[1] == LongS ? 2 : Contractions.LengthAt(text);

    private static bool StartsWith(ReadOnlySpan<char> text, string token)
    {
        if (text.Length < token.Length)
        {
            return false;
        }

        for (var i = 0; i < token.Length; i++)
        {
            if (token[i] != (text[i] == LongS ? 's' : text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
