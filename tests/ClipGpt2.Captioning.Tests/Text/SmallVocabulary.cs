using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Text.Bpe;

namespace ClipGpt2.Captioning.Tests.Text;

/// <summary>The files of a byte-pair vocabulary of all bytes, some merges, and special tokens.</summary>
internal sealed class SmallVocabulary
{
    public SmallVocabulary(string[] merges, string[] specialTokens, string wordEnd = "")
    {
        Merges = "#version: 0.2\n" + string.Concat(merges.Select(merge => merge + "\n"));
        var bytes = Enumerable.Range(0, 256).Select(value => ByteAlphabet.CharacterOf((byte)value).ToString()).ToList();
        IEnumerable<string> ends = wordEnd.Length == 0 ? [] : bytes.Select(character => character + wordEnd);
        foreach (var token in bytes.Concat(ends).Concat(merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal))).Concat(specialTokens))
        {
            Ids.TryAdd(token, Ids.Count);
        }
    }

    public static SmallVocabulary Gpt2 { get; } =
        new(["\u0120 t", "h e", "\u0120t he", "i n", "a n", "\u0120 a", "o n", "\u00c3 \u00a9", "\u00f0 \u0141", "\u0120a n", "l l", "ll l"], ["<|endoftext|>"]);

    public static SmallVocabulary Clip { get; } =
        new(["i n", "t h", "th e</w>", "c a", "ca t</w>", "o n</w>"], ["<|startoftext|>", "<|endoftext|>"], "</w>");

    public static SmallVocabulary Roberta { get; } = new(["\u0120 t", "h e"], ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]);

    public Dictionary<string, int> Ids { get; } = new(StringComparer.Ordinal);

    public string Merges { get; }

    public Stream VocabularyStream => new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(Ids));

    public Stream MergesStream => new MemoryStream(Encoding.UTF8.GetBytes(Merges));

    public Gpt2Tokenizer ToGpt2(Gpt2TokenizerOptions? options = null) => Gpt2Tokenizer.Create(VocabularyStream, MergesStream, options);

    public ClipTokenizer ToClip(ClipTokenizerOptions? options = null) => ClipTokenizer.Create(VocabularyStream, MergesStream, options);

    public RobertaTokenizer ToRoberta(RobertaTokenizerOptions? options = null) => RobertaTokenizer.Create(VocabularyStream, MergesStream, options);

    public void WriteTo(TemporaryFolder folder)
    {
        folder.Write("vocab.json", JsonSerializer.Serialize(Ids));
        folder.Write("merges.txt", Merges);
    }
}
