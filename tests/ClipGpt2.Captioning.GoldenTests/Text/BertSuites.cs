using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.GoldenTests.Text;

/// <summary>Texts and BERT's ids, with all settings.</summary>
public sealed class BertEncodeSuite : GoldenSuite
{
    private static readonly (string Name, Action<BertWordPieceTokenizerOptions> Configure)[] Settings =
    [
        ("cased", options => options.LowerCase = false),
        ("keep_accents", options => (options.LowerCase, options.StripAccents) = (true, false)),
        ("cased_strip", options => (options.LowerCase, options.StripAccents) = (false, true)),
        ("no_cjk_split", options => options.SplitIdeographs = false),
    ];

    public override IReadOnlyList<string> Files => ["tokenizers/tiny_bert_encode.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "category", "text", "expected");
        GoldenTokenizers.AssertKnown(golden.Root.GetProperty("options"), ["ids", .. Settings.Select(setting => setting.Name)]);
        var (expected, text) = (golden.Expected, GoldenTokenizers.TextOf(golden));
        var ids = expected["ids"].Integers();
        Assert.Equal(ids, GoldenTokenizers.Encode(GoldenTokenizers.Load(golden, "", folder => BertWordPieceTokenizer.FromPretrained(folder)), text));
        foreach (var (name, configure) in Settings)
        {
            var tokenizer = GoldenTokenizers.Load(golden, name, folder => BertWordPieceTokenizer.FromPretrained(folder, configure));
            Assert.Equal(expected.Find(name)?.Integers() ?? ids, GoldenTokenizers.Encode(tokenizer, text));
        }

        golden.PassOverIfThere("expected", "differs");
    }
}

/// <summary>Pairs and batches of BERT, with token types.</summary>
public sealed class BertPairsSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/tiny_bert_pairs.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "text", "text_pair", "texts", "options", "expected");
        var tokenizer = GoldenTokenizers.Load(golden, "", folder => BertWordPieceTokenizer.FromPretrained(folder));
        Assert.Equal(golden.Root.GetProperty("model_max_length").GetInt32(), tokenizer.ModelMaxLength);
        GoldenTokenizers.CheckBatch(golden.Expected, GoldenTokenizers.EncodeBatch(tokenizer, golden.Json, golden.Part("options")), hasTypes: true);

        golden.PassOverIfThere("expected", "differs");
    }
}

/// <summary>Ids and the text that BERT's tokenizer makes of them.</summary>
public sealed class BertDecodeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/tiny_bert_decode.json"];

    public override void Check(GoldenCase golden) => DecodeSettings.Check(golden, GoldenTokenizers.Load(golden, "", folder => BertWordPieceTokenizer.FromPretrained(folder)));
}

/// <summary>The six combinations of skipping special tokens and cleaning up spaces.</summary>
internal static class DecodeSettings
{
    public static void Check(GoldenCase golden, TransformerTokenizer tokenizer)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "ids", "expected");
        var (expected, ids) = (golden.Expected, GoldenTokenizers.IdsOf(golden));
        foreach (var (name, skip) in new[] { ("keep", false), ("skip", true) })
        {
            Assert.Equal(expected[name].Text(), tokenizer.Decode(ids, skip));
            Assert.Equal(expected[$"{name}_cleanup"].Text(), tokenizer.Decode(ids, skip, cleanUpSpaces: true));
            Assert.Equal(expected[$"{name}_nocleanup"].Text(), tokenizer.Decode(ids, skip, cleanUpSpaces: false));
        }

        golden.PassOverIfThere("expected", "differs");
    }
}
