using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Search;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

/// <summary>Hugging Face's <c>generate</c> on prefixes: every search, option and figure.</summary>
public sealed class GenerateSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["generate/hf_generate.json"];

    protected override IReadOnlyList<string> CaseMembers =>
        ["name", "family", "mode", "model", "inputs", "rows", "attention_mask", "options", "expected", "checks", "plain_run_options", "ids"];

    protected override IReadOnlyList<string> TrackedParts => ["expected", "options", "checks"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden) => Check(golden, ModelCompatibility.Transformers4);

    /// <summary>Checks a case of <c>hf_generate.json</c>.</summary>
    internal static void Check(GoldenCase golden, ModelCompatibility compatibility)
    {
        // Read as a whole: an option that the test doesn't know fails it.
        golden.Part("options").Informational();
        if (golden.Expected.Find("error") is { } error)
        {
            CheckRefusal(golden, error, compatibility);
        }
        else if (golden.Json.TryGetProperty("ids", out var ids))
        {
            SampledPath.Check(golden, new GenerateCall(golden, golden.Json, compatibility), Arguments.Lists(ids));
        }
        else
        {
            CheckCall(golden, new GenerateCall(golden, golden.Json, compatibility));
        }
    }

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) => CasesOf(root);

    /// <summary>All cases of <c>hf_generate.json</c> by their names, which begin with the list where that isn't the main one.</summary>
    internal static IEnumerable<(string Name, JsonElement Case)> CasesOf(JsonElement root) =>
        new (string List, string Kind)[] { ("cases", ""), ("errors", "error "), ("sampled_paths", "path ") }
            .SelectMany(kind => root.GetProperty(kind.List).EnumerateArray().Select(c => (kind.Kind + c.GetProperty("name").GetString(), c)));

    private static void CheckRefusal(GoldenCase golden, Tracked error, ModelCompatibility compatibility)
    {
        error.Informational();
        golden.Expected["message"].Informational();
        var call = new GenerateCall(golden, golden.Json, compatibility);
        Assert.Throws<CaptioningException>(() => call.Decode(call.Rows));
    }

    private static void CheckCall(GoldenCase golden, GenerateCall call)
    {
        var recorder = new ScoreRecorder();
        if (golden.Expected.Find("scores_tensor") is not null || golden.Expected.Find("logits_tensor") is not null)
        {
            call.Options.Observer = recorder;
        }

        var results = call.Decode(call.Rows);
        CheckSearch(golden, call);
        new GenerateExpectation(golden, call).Check(results, recorder);
        call.Options.Observer = null;
        new GenerateChecks(golden, call).Check(results);
    }

    private static void CheckSearch(GoldenCase golden, GenerateCall call)
    {
        var facts = new ModelFacts(call.Decoder.Model.VocabularySize, call.Decoder.Model.MaxPositions, [call.Decoder.Model.Config.EosTokenId!.Value], null, _ => "");
        var settings = SearchSettings.Create(call.Options, facts, call.PrefixLength, openingLength: 0);
        Assert.Equal(golden.Expected["effective_max_new_tokens"].Integer(), settings.MaxNewTokens);
        var mode = ImageSearch.Create(0, settings) switch
        {
            GreedySearch => "greedy",
            BeamSearch => "beam",
            GroupBeamSearch => "group_beam",
            ConstrainedBeamSearch => "constrained_beam",
            var other => other.GetType().Name,
        };
        Assert.Equal(golden.Json.GetProperty("mode").GetString(), mode);
    }
}
