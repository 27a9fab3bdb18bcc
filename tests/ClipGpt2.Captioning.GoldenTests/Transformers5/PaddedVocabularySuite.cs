using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Generate;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>Vocabularies with more rows than the tokenizer has tokens: <see cref="DecodingOptions.AllowPaddedTokens"/> is the reference; without it no such row wins.</summary>
public sealed class PaddedVocabularySuite : OptionsSuite
{
    protected override string CaseList => "padded_vocabulary";

    public override bool UsesDevice => true;

    protected override IReadOnlyList<string> TrackedParts => ["rows", "tokenizer_length", "vocab_size", "first_prompt_logits"];

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var model = new EditedModel(golden.Json.GetProperty("model").GetString()!);
        using var folder = model.Open();
        var tokenizer = Gpt2Tokenizer.FromPretrained(GoldenRoot.Path(golden.Json.GetProperty("tokenizer").GetString()!));
        using var decoder = Gpt2CaptionDecoder.Load(folder, new ComputeOptions { Device = golden.Device }, tokenizer);
        Assert.Equal(golden.Part("tokenizer_length").Integer(), tokenizer.VocabularySize);
        Assert.Equal(golden.Part("vocab_size").Integer(), decoder.Model.VocabularySize);
        var rows = golden.Part("rows").Items();
        CheckLogits(golden, decoder, Arguments.Ids(rows[0]["prompt_ids"].Raw));
        foreach (var row in rows)
        {
            CheckRow(decoder, tokenizer, row, rows);
        }
    }

    private static void CheckLogits(GoldenCase golden, Gpt2CaptionDecoder decoder, int[] prompt)
    {
        var expected = golden.Part("first_prompt_logits").Tensor(TensorsOf(golden));
        using var output = decoder.Model.Forward(new() { TokenIds = tensor(prompt.Select(id => (long)id).ToArray()).unsqueeze(0) });
        TorchTensors.AssertNear(output.Logits.reshape(expected.Shape), expected, LogitsTolerance);
    }

    private static void CheckRow(Gpt2CaptionDecoder decoder, Gpt2Tokenizer tokenizer, Tracked row, IReadOnlyList<Tracked> rows)
    {
        var options = GenerateOptions.ReadArguments(row["kwargs"].Raw).Over(ReferenceDefaults.Of(default));
        row["kwargs"].Informational();
        row["min_gap"].Informational();
        row["prompt_ids"].Informational();
        options.PromptIds = Arguments.Ids(row["prompt_ids"].Raw);
        var ids = row["ids"].Integers();
        Assert.Equal(ids, Decode(decoder, options));
        Assert.Equal(row["text"].Text(), tokenizer.DecodeKnown(ids, skipSpecialTokens: true));
        Assert.Equal(row["text_keep"].Text(), tokenizer.DecodeKnown(ids, skipSpecialTokens: false));
        Assert.Equal(row["tokens"].Items().Select(token => token.IsNull ? null : token.Text()), ids.Select(tokenizer.TokenOf));
        options.AllowPaddedTokens = false;
        var own = Decode(decoder, options);
        Assert.All(own, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));

        // With beams the reference's scores go on counting the rows that it may not write, and so rank texts otherwise.
        if (options.Beams == 1 && Suppressing(row, tokenizer, rows) is { } expected)
        {
            Assert.Equal(expected, own);
        }
    }

    private static IReadOnlyList<int> Decode(Gpt2CaptionDecoder decoder, DecodingOptions options)
    {
        using var prefix = zeros(1, 0, decoder.HiddenSize);
        return decoder.Decode(prefix, options)[0][0].TokenIds;
    }

    /// <summary>What the reference gives the same prompt and arguments where all rows of padding are suppressed.</summary>
    private static int[]? Suppressing(Tracked row, Gpt2Tokenizer tokenizer, IReadOnlyList<Tracked> rows)
    {
        var first = tokenizer.VocabularySize;
        return rows.FirstOrDefault(other => Prompt(other).SequenceEqual(Prompt(row)) && Suppressed(other) is [var least, ..] && least == first && Others(other).SequenceEqual(Others(row)))?.Raw
            .GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();

        static int[] Prompt(Tracked row) => Arguments.Ids(row.Raw.GetProperty("prompt_ids"));

        static int[] Suppressed(Tracked row) => row.Raw.GetProperty("kwargs").TryGetProperty("suppress_tokens", out var ids) ? Arguments.Ids(ids) : [];

        static IEnumerable<string> Others(Tracked row) => row.Raw.GetProperty("kwargs").EnumerateObject().Where(p => p.Name != "suppress_tokens").Select(p => $"{p.Name}={p.Value.GetRawText()}");
    }
}
