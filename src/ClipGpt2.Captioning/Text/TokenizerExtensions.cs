using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Text;

/// <summary>What the library asks of any tokenizer, a host's own among them.</summary>
internal static class TokenizerExtensions
{
    /// <summary>The id after the last that the tokenizer has, special and added tokens included; null if it can't tell.</summary>
    public static int? Length(this Tokenizer tokenizer) => (tokenizer as TransformerTokenizer)?.IdLimit;

    /// <summary>The text of ids; those that the tokenizer lacks are nothing, as in Hugging Face's fast tokenizers.</summary>
    public static string DecodeKnown(this Tokenizer tokenizer, IReadOnlyList<int> ids, bool skipSpecialTokens) =>
        (tokenizer is TransformerTokenizer transformer ? transformer.Decode(ids.Where(id => transformer.TokenOf(id) is not null), skipSpecialTokens) : tokenizer.Decode(ids)) ?? "";
}
