using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.GoldenTests.Text;

/// <summary>Texts and GPT-2's ids.</summary>
public sealed class Gpt2EncodeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/gpt2_encode.json", "tokenizers/tiny_gpt2_encode.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "category", "text", "expected");
        var text = GoldenTokenizers.TextOf(golden);
        var tokenizer = GoldenTokenizers.Load(golden, "", folder => Gpt2Tokenizer.FromPretrained(folder));
        var ids = GoldenTokenizers.Encode(tokenizer, text);
        Assert.Equal(golden.Expected["ids"].Integers(), ids);
        Assert.Equal(text, tokenizer.Decode(ids));
        if (golden.Expected.Find("ids_add_prefix_space") is { } prefixed)
        {
            var withSpace = GoldenTokenizers.Load(golden, "prefix", folder => Gpt2Tokenizer.FromPretrained(folder, options => options.AddPrefixSpace = true));
            Assert.Equal(prefixed.Integers(), GoldenTokenizers.Encode(withSpace, text));
        }
    }
}

/// <summary>Texts that GPT-2's tokenizer pads and truncates.</summary>
public sealed class Gpt2PaddingSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/gpt2_padding.json", "tokenizers/tiny_gpt2_padding.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "text", "texts", "padding", "padding_side", "truncation", "max_length", "pad_token", "expected");
        var padToken = golden.Json.GetProperty("pad_token").GetString()!;
        var tokenizer = GoldenTokenizers.Load(golden, padToken, folder => Gpt2Tokenizer.FromPretrained(folder, options => options.PadToken = padToken));
        var batch = GoldenTokenizers.EncodeBatch(tokenizer, golden.Json, new Tracked(golden.Json, golden.Reads, "options"));
        GoldenTokenizers.CheckBatch(golden.Expected, batch, hasTypes: false);
    }
}

/// <summary>Ids and the text that GPT-2's tokenizer makes of them.</summary>
public sealed class Gpt2DecodeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/gpt2_decode.json", "tokenizers/tiny_gpt2_decode.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "ids", "expected");
        var tokenizer = GoldenTokenizers.Load(golden, "", folder => Gpt2Tokenizer.FromPretrained(folder));
        var ids = GoldenTokenizers.IdsOf(golden);
        var expected = golden.Expected;
        var (keep, keepCleanUp) = (expected["keep"].Text(), expected["keep_cleanup"].Text());
        Assert.Equal(keep, tokenizer.Decode(ids, skipSpecialTokens: false));
        Assert.Equal(keepCleanUp, tokenizer.Decode(ids, skipSpecialTokens: false, cleanUpSpaces: true));
        Assert.Equal(expected.Find("skip")?.Text() ?? keep, tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal(expected.Find("skip_cleanup")?.Text() ?? keepCleanUp, tokenizer.Decode(ids, skipSpecialTokens: true, cleanUpSpaces: true));
        Assert.Equal(keep, Stream(tokenizer, ids, skipSpecialTokens: false));
        Assert.Equal(expected.Find("skip")?.Text() ?? keep, Stream(tokenizer, ids, skipSpecialTokens: true));
    }

    private static string Stream(Gpt2Tokenizer tokenizer, int[] ids, bool skipSpecialTokens)
    {
        var decoder = tokenizer.StartDecoding(skipSpecialTokens);
        return string.Concat(ids.Select(decoder.Append)) + decoder.Finish();
    }
}
