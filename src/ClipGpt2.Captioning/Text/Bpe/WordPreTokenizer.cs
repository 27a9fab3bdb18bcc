using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Text.Bpe;

/// <summary>A word splitter in the library's form.</summary>
internal sealed class WordPreTokenizer(IWordSplitter words) : PreTokenizer
{
    public override IEnumerable<(int Offset, int Length)> PreTokenize(string text) => PreTokenize(text.AsSpan());

    public override IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text)
    {
        var found = new List<(int, int)>();
        for (var start = 0; words.Next(text, ref start, out var end); start = end)
        {
            found.Add((start, end - start));
        }

        return found;
    }
}
