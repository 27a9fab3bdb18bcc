using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>Broken and unusual tokenizer files.</summary>
/// <remarks>Where we aren't as the reference: what <see cref="NotOffered.InTokenizer"/> lists is refused by name, and a tokenizer without a token that pads pads with its end token.</remarks>
public sealed class TokenizerFilesSuite : GoldenSuite
{
    /// <summary>The text that the folder's README gives.</summary>
    private const string Text = "ab a red<|endoftext|> cab";

    public override IReadOnlyList<string> Files => ["transformers5/bad.json"];

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("files").EnumerateArray().Where(c => c.GetProperty("call").GetString() == "AutoTokenizer").Select(c => (c.GetProperty("name").GetString()!, c));

    public override void Check(GoldenCase golden)
    {
        var folder = GoldenRoot.Path(golden.Json.GetProperty("folder").GetString()!);
        var expected = golden.Expected;
        if (expected.Find("error") is not null)
        {
            expected.Informational();
            Assert.ThrowsAny<CaptioningException>(() => TransformerTokenizer.FromModelFolder(folder));
            return;
        }

        if (NotOffered.InTokenizer(folder, expected["class"].Raw.GetString()!) is not null)
        {
            expected.Informational();
            Assert.Throws<TokenizerFormatException>(() => TransformerTokenizer.FromModelFolder(folder));
            return;
        }

        var tokenizer = TransformerTokenizer.FromModelFolder(folder);
        expected["class"].Informational();
        var ids = tokenizer.Encode(Text);
        Assert.Equal(expected["ids"].Integers(), ids);
        Assert.Equal(expected["length"].Integer(), tokenizer.VocabularySize);
        CheckTexts(expected, tokenizer, ids);
        CheckToken(expected["eos_token_id"], tokenizer.EosTokenId);
        CheckToken(expected["pad_token_id"], expected["pad_token_id"].IsNull && tokenizer.PadTokenId == tokenizer.EosTokenId ? null : tokenizer.PadTokenId);
        foreach (var token in expected["added"].Names)
        {
            Assert.Equal(expected["added"][token].Integer(), (long?)tokenizer.IdOf(token));
        }
    }

    private static void CheckTexts(Tracked expected, TransformerTokenizer tokenizer, int[] ids)
    {
        if (expected.Find("tokens") is { } tokens)
        {
            Assert.Equal(tokens.Texts(), ids.Select(id => tokenizer.TokenOf(id)!));
        }

        if (expected.Find("decode") is { } decoded)
        {
            Assert.Equal(decoded.Text(), tokenizer.Decode(ids, skipSpecialTokens: false));
        }
    }

    private static void CheckToken(Tracked expected, int? id)
    {
        if (expected.IsNull)
        {
            Assert.Null(id);
        }
        else
        {
            Assert.Equal(expected.Integer(), (long?)id);
        }
    }
}
