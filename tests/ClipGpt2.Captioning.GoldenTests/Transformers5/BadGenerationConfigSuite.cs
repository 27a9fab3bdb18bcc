using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Generate;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>Wrong and odd values in <c>generation_config.json</c>.</summary>
/// <remarks>Where we aren't as the reference: an end token beyond the vocabulary, which would let every text run on in silence, is refused.</remarks>
public sealed class BadGenerationConfigSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["transformers5/bad.json"];

    public override bool UsesDevice => true;

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("generation_config").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c));

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var model = new EditedModel(golden.Json.GetProperty("model").GetString()!);
        var arguments = new DecodingOptions();
        if (golden.Json.TryGetProperty("text", out var text))
        {
            model.SetGeneration(text.GetString()!);
            arguments.MaxNewTokens = 5;
        }
        else
        {
            model.SetGeneration(Changed(golden.Json.GetProperty("changes")));
        }

        if (golden.Expected.Find("error") is not null || EndsBeyondTheVocabulary(golden, model))
        {
            golden.Expected.Informational();
            Assert.ThrowsAny<CaptioningException>(() => Decode(golden, model, arguments));
            return;
        }

        var results = Decode(golden, model, arguments);
        if (golden.Expected.Find("drawn") is { } drawn)
        {
            Assert.Equal(drawn.Flag(), results[0][0].TokenIds.Count > 0);
            return;
        }

        Assert.Equal(golden.Expected["ids"].Items().Select(row => row.Integers()), results.SelectMany(image => image).Select(sequence => sequence.TokenIds.ToArray()));
    }

    private static string Changed(JsonElement changes)
    {
        var json = new System.Text.Json.Nodes.JsonObject { ["eos_token_id"] = 0, ["bos_token_id"] = 0, ["max_new_tokens"] = 5 };
        foreach (var change in changes.EnumerateObject())
        {
            json[change.Name] = System.Text.Json.Nodes.JsonNode.Parse(change.Value.GetRawText());
        }

        return json.ToJsonString();
    }

    private static bool EndsBeyondTheVocabulary(GoldenCase golden, EditedModel model)
    {
        using var folder = model.Open();
        return golden.Json.TryGetProperty("changes", out var changes) && changes.TryGetProperty("eos_token_id", out var end)
            && end.ValueKind == JsonValueKind.Number && (end.GetInt32() < 0 || end.GetInt32() >= folder.Config.Int("vocab_size"));
    }

    private static IReadOnlyList<IReadOnlyList<DecodedSequence>> Decode(GoldenCase golden, EditedModel model, DecodingOptions arguments)
    {
        using var folder = model.Open();
        using var decoder = Gpt2CaptionDecoder.Load(folder, new ComputeOptions { Device = golden.Device });
        var prefix = GoldenTensorFile.Open("generate/inputs.safetensors")["prefix_embeds"].Rows([0]).ToTorch(golden.Device);
        return decoder.Decode(prefix, ReferenceDefaults.For(default, arguments, decoder.Generation!.Options));
    }
}
