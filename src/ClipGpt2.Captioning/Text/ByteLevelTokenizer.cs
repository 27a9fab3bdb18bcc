using System.Text;
using ClipGpt2.Captioning.Text.Bpe;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Text;

/// <summary>GPT-2's scheme: special tokens are cut out, the rest is cut into words, and their UTF-8 bytes are merged pair by pair.</summary>
public abstract class ByteLevelTokenizer : TransformerTokenizer
{
    private readonly ByteLevelBpe _bpe;
    private readonly SpecialTokenFinder _finder;

    private protected ByteLevelTokenizer(TokenVocabulary vocabulary, MergeList merges, TokenizerOptions options)
        : base(vocabulary, options)
    {
        var unknown = UnknownTokenId ?? throw new TokenizerFormatException("The tokenizer's options name no unknown token, which stands for what the vocabulary lacks.");
        merges.Check(vocabulary, Special.All, Gpt2Words.Instance, wordEnd: "");
        _bpe = new ByteLevelBpe(vocabulary, merges, unknown, wordEnd: "");
        _finder = new SpecialTokenFinder(Special.All);
    }

    /// <summary>GPT-2's pattern, by code point.</summary>
    public override PreTokenizer PreTokenizer { get; } = new WordPreTokenizer(Gpt2Words.Instance);

    /// <summary>Starts to decode ids that come one by one.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    /// <returns>The decoder, for one thread and one text.</returns>
    public StreamingTextDecoder StartDecoding(bool skipSpecialTokens = true) => new(this, skipSpecialTokens);

    /// <summary>The bytes that an id stands for.</summary>
    internal byte[] BytesOf(int id) => Special.PlainTextOf(id) is { } plain ? Encoding.UTF8.GetBytes(plain) : ByteAlphabet.BytesOf(NeedToken(id));

    /// <summary>Whether a space is put before each piece between special tokens that begins with none, as <c>tokenizer.json</c>'s pre-tokenizer does it.</summary>
    private protected bool PrefixesPieces { get; init; }

    /// <summary>Whether a space is put before a text.</summary>
    private protected abstract bool NeedsPrefixSpace(ReadOnlySpan<char> text);

    private protected override void Write(ReadOnlySpan<char> text, TokenWriter writer)
    {
        if (NeedsPrefixSpace(text))
        {
            text = string.Concat(" ", text);
        }

        while (_finder.Next(ref text, out var before, out var token))
        {
            if (PrefixesPieces && !before.IsEmpty && before[0] != ' ')
            {
                before = string.Concat(" ", before);
            }

            _bpe.Encode(before, Gpt2Words.Instance, writer);
            if (token is not null)
            {
                writer.AddPiece(token.Id!.Value, token.Content);
            }
        }
    }

    private protected override string Join(IReadOnlyList<string> tokens) => ByteLevelText.Of(tokens);
}
