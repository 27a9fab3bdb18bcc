using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>How sure a model is of its own captions and of given ones.</summary>
public sealed class ConfidenceSuite : GoldenSuite
{
    private const double LogitTolerance = 1e-4;

    private static readonly string[] Kinds = ["greedy", "teacher_forced"];

    public override IReadOnlyList<string> Files => ["generate/confidence.json"];

    protected override IReadOnlyList<string> TrackedParts =>
        ["ids", "text", "caption", "image", "describes_this_image", "token_logprobs", "token_entropies", "with_end", "without_end"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        var (decoder, tokenizer) = DecodersUnderTest.Get(golden.Root.GetProperty("model").GetString()!, golden.Device);
        using var scope = NewDisposeScope();
        var prefixes = GoldenTensorFile.Open("generate/inputs.safetensors")[golden.Root.GetProperty("inputs").GetString()!];
        var prefix = prefixes.Rows([golden.Json.GetProperty("row").GetInt32()]).ToTorch(golden.Device);
        var ids = golden.Part("ids").Integers();
        if (golden.FindPart("caption") is { } caption)
        {
            Assert.Equal(ids[..^1], tokenizer.EncodeToIds(caption.Text()));
            golden.Part("describes_this_image").Informational();
        }
        else
        {
            var found = decoder.Decode(prefix, new DecodingOptions { Beams = 1, MaxNewTokens = decoder.Model.MaxPositions - (int)prefix.shape[1] })[0][0];
            Assert.Equal(ids, found.TokenIds);
            Assert.Equal(golden.Part("text").Text(), tokenizer.Decode(found.TokenIds, skipSpecialTokens: true));
            CheckFigures(golden, found.LogProbabilities, CaptionConfidence.Of(found), CaptionConfidence.Of(found, withEnd: false));
        }

        var scores = decoder.Score(prefix, [ids])[0];
        CheckFigures(golden, scores.LogProbabilities, CaptionConfidence.Of(scores.LogProbabilities), CaptionConfidence.Of(scores.LogProbabilities.SkipLast(1)));
        if (golden.FindPart("token_entropies") is { } entropies)
        {
            AssertNear(entropies.Numbers(), scores.Entropies);
        }

        golden.Part("image").Informational();
    }

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        Kinds.SelectMany(kind => root.GetProperty(kind).EnumerateArray().Select(c => ($"{kind} {c.GetProperty("row")}", c)));

    private static void CheckFigures(GoldenCase golden, IReadOnlyList<float> logProbabilities, CaptionConfidence withEnd, CaptionConfidence withoutEnd)
    {
        AssertNear(golden.Part("token_logprobs").Numbers(), logProbabilities);
        CheckConfidence(golden.Part("with_end"), withEnd, logProbabilities.Count);
        CheckConfidence(golden.Part("without_end"), withoutEnd, logProbabilities.Count);
    }

    private static void CheckConfidence(Tracked expected, CaptionConfidence actual, int tokens)
    {
        AssertNear(expected["sum"].Number(), actual.Sum, LogitTolerance * tokens);
        AssertNear(expected["mean"].Number(), actual.Mean, LogitTolerance);
        AssertNear(expected["min_probability"].Number(), actual.MinProbability, LogitTolerance * actual.MinProbability);
        AssertNear(expected["mean_probability"].Number(), actual.MeanProbability, LogitTolerance);
        AssertNear(expected["perplexity"].Number(), actual.Perplexity, LogitTolerance * actual.Perplexity);
    }

    private static void AssertNear(double[] expected, IReadOnlyList<float> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            AssertNear(expected[i], actual[i], LogitTolerance);
        }
    }

    private static void AssertNear(double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(expected - actual) <= DeviceTolerance.Of(tolerance), $"{actual} is not {expected} within {tolerance}.");
}
