using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>The tokenizers of folders that transformers 5 has written: <c>tokenizer.json</c> alone.</summary>
/// <remarks>Where we aren't as the reference: BERT's code points that Unicode doesn't assign are dropped, as in the slow tokenizer of transformers 4.</remarks>
public sealed class TokenizeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["transformers5/tokenize.json"];

    public override void Check(GoldenCase golden)
    {
        var tokenizer = TransformerTokenizer.FromModelFolder(GoldenRoot.Path(golden.Json.GetProperty("tokenizer").GetString()!));
        if (tokenizer is BertWordPieceTokenizer && golden.FindPart("v4_slow") is { } slow)
        {
            golden.Expected.Informational();
            Assert.Equal(slow["ids"].Integers(), tokenizer.Encode(golden.Json.GetProperty("text").GetString()!));
            return;
        }

        CheckText(tokenizer, golden.Json.GetProperty("text").GetString()!, golden.Expected);
    }

    /// <summary>A text's ids with and without special tokens, its tokens, and what they are decoded to.</summary>
    internal static void CheckText(TransformerTokenizer tokenizer, string text, Tracked expected)
    {
        var ids = tokenizer.Encode(text);
        Assert.Equal(expected["ids"].Integers(), ids);
        Assert.Equal(expected["ids_no_special"].Integers(), tokenizer.Encode(text, addSpecialTokens: false));
        Assert.Equal(expected["tokens"].Texts(), ids.Select(id => tokenizer.TokenOf(id)!));
        Assert.Equal(expected["decode"].Text(), tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Equal(expected["decode_skip"].Text(), tokenizer.Decode(ids, skipSpecialTokens: true));
        if (expected.Find("token_type_ids") is { } types)
        {
            Assert.All(types.Integers(), type => Assert.Equal(0, type));
        }
    }
}
