using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Text;

namespace ClipGpt2.Captioning.GoldenTests.Text;

/// <summary>Texts and RoBERTa's ids.</summary>
public sealed class RobertaEncodeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/tiny_roberta_encode.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "category", "text", "expected");
        var text = GoldenTokenizers.TextOf(golden);
        Assert.Equal(golden.Expected["ids"].Integers(), GoldenTokenizers.Encode(GoldenTokenizers.Load(golden, "", folder => RobertaTokenizer.FromPretrained(folder)), text));
        if (golden.Expected.Find("ids_add_prefix_space") is { } prefixed)
        {
            var withSpace = GoldenTokenizers.Load(golden, "prefix", folder => RobertaTokenizer.FromPretrained(folder, options => options.AddPrefixSpace = true));
            Assert.Equal(prefixed.Integers(), GoldenTokenizers.Encode(withSpace, text));
        }

        golden.PassOverIfThere("expected", "differs");
    }
}

/// <summary>Pairs and batches of RoBERTa.</summary>
public sealed class RobertaPairsSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/tiny_roberta_pairs.json"];

    public override void Check(GoldenCase golden)
    {
        GoldenTokenizers.AssertKnown(golden.Json, "name", "text", "text_pair", "texts", "options", "expected");
        var tokenizer = GoldenTokenizers.Load(golden, "", folder => RobertaTokenizer.FromPretrained(folder));
        Assert.Equal(golden.Root.GetProperty("model_max_length").GetInt32(), tokenizer.ModelMaxLength);
        GoldenTokenizers.CheckBatch(golden.Expected, GoldenTokenizers.EncodeBatch(tokenizer, golden.Json, golden.Part("options")), hasTypes: false);

        golden.PassOverIfThere("expected", "differs");
    }
}

/// <summary>Ids and the text that RoBERTa's tokenizer makes of them.</summary>
public sealed class RobertaDecodeSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["tokenizers/tiny_roberta_decode.json"];

    public override void Check(GoldenCase golden) => DecodeSettings.Check(golden, GoldenTokenizers.Load(golden, "", folder => RobertaTokenizer.FromPretrained(folder)));
}
