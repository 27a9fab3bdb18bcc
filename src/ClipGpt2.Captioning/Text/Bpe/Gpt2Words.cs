using ClipGpt2.Captioning.Text.Unicode;

namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>GPT-2's words: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, matched by code point.</summary>
/// <remarks>Source: the pattern of OpenAI's <c>encoder.py</c> and of transformers' <c>GPT2Tokenizer</c>. Every character belongs to a word.</remarks>
internal sealed class Gpt2Words : IWordSplitter
{
    public static Gpt2Words Instance { get; } = new();

    public bool Next(ReadOnlySpan<char> text, ref int start, out int end)
    {
        end = start < text.Length ? EndOfWord(text, start) : start;
        return end > start;
    }

    private static int EndOfWord(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contractions.LengthAt(text[start..]) is > 0 and var length)
        {
            return start + length;
        }

        var first = CodePoints.ClassAt(text, start, out var width);
        if (first != CharacterClass.Space)
        {
            return CodePoints.EndOfRun(text, start + width, first);
        }

        if (text[start] == ' ' && start + 1 < text.Length && CodePoints.ClassAt(text, start + 1, out width) is var next and not CharacterClass.Space)
        {
            return CodePoints.EndOfRun(text, start + 1 + width, next);
        }

        // A run of white space leaves its last character to the word that follows.
        var end = CodePoints.EndOfRun(text, start + 1, CharacterClass.Space);
        return end == text.Length || end == start + 1 ? end : end - 1;
    }
}
