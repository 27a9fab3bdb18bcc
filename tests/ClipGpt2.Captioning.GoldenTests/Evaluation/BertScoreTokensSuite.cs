using System.Text.Json;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Evaluation;

/// <summary>The token ids that BERTScore compares: stripped, behind a space for RoBERTa, cut to the model's length.</summary>
public sealed class BertScoreTokensSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["metrics/bertscore.json"];

    protected override IReadOnlyList<string> TrackedParts => ["cand", "ref"];

    public override void Check(GoldenCase golden)
    {
        using var folder = ModelFolder.Open(GoldenRoot.Path($"models/{golden.Name}"));
        using var encoder = new BertSentenceEncoder(BertEncoder.Load(folder), BertScoreMetric.LoadTokenizer(folder.Path, prefixSpace: true), batchSize: 1);
        var pairs = golden.Root.GetProperty("input").GetProperty("pairs");
        CheckIds(golden.Part("cand"), pairs.GetProperty("candidates"), encoder);
        CheckIds(golden.Part("ref"), pairs.GetProperty("references"), encoder);
    }

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("token_ids").EnumerateObject().Select(model => (model.Name, model.Value));

    private static void CheckIds(Tracked expected, JsonElement texts, BertSentenceEncoder encoder)
    {
        var rows = expected.Items();
        Assert.Equal(texts.GetArrayLength(), rows.Count);
        Assert.All(rows, (row, i) => Assert.Equal(row.Items().Select(id => (int)id.Integer()), encoder.Tokenize(texts[i].GetString()!)));
    }
}
