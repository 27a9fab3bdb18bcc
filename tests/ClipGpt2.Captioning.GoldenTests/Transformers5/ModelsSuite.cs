using System.Text.Json;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>Model folders as transformers 5 writes them, each fed once; names of tensors may be those that it uses in memory.</summary>
public sealed class ModelsSuite : GoldenSuite
{
    // The tolerances of the forward folder's README; bfloat16's are loose.
    private const double States = 3e-5;
    private const double Logits = 1e-4;
    private const double BFloat16Cosine = 0.9999;

    public override IReadOnlyList<string> Files => ["transformers5/models.json"];

    public override bool UsesDevice => true;

    protected override IReadOnlyList<string> TrackedParts => ["checks"];

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("models").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c));

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var model = new EditedModel(golden.Json.GetProperty("folder").GetString()!);
        using var folder = model.Open();
        foreach (var file in golden.Json.GetProperty("files").EnumerateArray())
        {
            Assert.NotNull(folder.Find(file.GetString()!));
        }

        var kind = golden.Json.GetProperty("class").GetString()!;
        if (NotOffered.Models.ContainsKey(kind))
        {
            golden.Part("checks").Informational();
            Assert.ThrowsAny<CaptioningException>(() => ImageEncoders.FromPretrained(folder.Path));
            Assert.ThrowsAny<CaptioningException>(() => ClipTextEncoder.FromPretrained(folder.Path));
            return;
        }

        if (golden.Json.TryGetProperty("names_in_the_file", out var names))
        {
            Assert.Equal(names.EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal), folder.Weights.Tensors.Keys.Order(StringComparer.Ordinal));
        }

        var checks = golden.FindPart("checks")?.Items() ?? [];
        foreach (var check in checks)
        {
            CheckOutput(check, kind, folder, golden.Device);
        }

        if (checks.Count == 0)
        {
            // Others of the folder's suites look at these; here it is enough that each is read, or refused.
            var error = Record.Exception(() => Gpt2Model.Load(folder).Dispose());
            Assert.True(error is null or CheckpointFormatException, $"{error}");
        }
    }

    private static void CheckOutput(Tracked check, string kind, ModelFolder folder, string device)
    {
        var input = check["input"].Raw.GetString()!;
        check["input"].Informational();
        check["from"].Informational();
        check["output"].Informational();
        var place = check["from"].Raw.GetString()!.Split(' ');
        var source = GoldenTensorFile.Open(place[0]);
        var given = new Given(input, source[place[1]].ToTorch(device), MaskBeside(source, place[1])?.ToTorch(device));
        var output = check["output"].Raw.GetString()!;
        var compute = new ComputeOptions { Device = device, Precision = output.Contains("bfloat16", StringComparison.Ordinal) ? Precision.BFloat16 : Precision.Float32 };
        var (file, tensor) = check["expected"].Raw.GetString()!.Split(' ') is [var first, var second] ? (first, second) : throw new XunitException("A tensor is a file and a name.");
        var expected = check["expected"].Named(GoldenTensorFile.Open(file)[tensor]);
        var actual = Output(kind, output, folder, compute, given);
        if (compute.Precision == Precision.BFloat16)
        {
            Assert.True(TorchTensors.Cosine(actual.ToFloats(), expected.Floats) > BFloat16Cosine);
        }
        else
        {
            TorchTensors.AssertNear(actual, expected, output.StartsWith("logits", StringComparison.Ordinal) ? Logits : States);
        }
    }

    private static Tensor Output(string kind, string output, ModelFolder folder, ComputeOptions compute, Given given)
    {
        switch (kind, given.Name, output)
        {
            case ("GPT2LMHeadModel", "input_ids", _) when output.StartsWith("logits", StringComparison.Ordinal):
                using (var gpt2 = Gpt2Model.Load(folder, compute))
                {
                    return gpt2.Forward(new Gpt2Input { TokenIds = given.Value }).Logits;
                }

            case ("BertModel" or "RobertaModel", "input_ids", "pooler_output" or "last_hidden_state"):
                using (var bert = BertEncoder.Load(folder, compute))
                {
                    var states = bert.Forward(given.Value, given.Mask);
                    return output == "pooler_output" ? states.Pooled! : states.LastHiddenState;
                }

            case ("CLIPModel", "pixel_values", "get_image_features"):
                using (var clip = ClipModel.Load(folder, compute))
                {
                    return clip.EncodeImages(given.Value);
                }

            case ("CLIPModel", "input_ids", "get_text_features"):
                using (var clip = ClipModel.Load(folder, compute))
                {
                    return clip.EncodeTexts(given.Value, given.Mask);
                }

            case ("CLIPVisionModelWithProjection", "pixel_values", "image_embeds"):
                using (var clip = ClipImageEncoder.Load(folder, compute))
                {
                    return clip.Encode(given.Value);
                }

            case ("SiglipModel", "pixel_values", "get_image_features"):
                using (var siglip = SiglipModel.Load(folder, compute))
                {
                    return siglip.Vision.Embed(given.Value);
                }

            case ("SiglipVisionModel", "pixel_values", "pooler_output" or "last_hidden_state"):
                using (var loader = new WeightLoader(folder.Weights, compute, new SiglipNames(folder.Weights)))
                {
                    var (tower, layers) = LayerLoader.Load(loader, l => new SiglipVisionTower(SiglipConfig.Vision(folder.Config), l));
                    using var owned = layers;
                    return output == "pooler_output" ? tower.Embed(given.Value) : tower.Forward(given.Value, hiddenStates: false).LastHiddenState;
                }

            default:
                throw new XunitException($"The test does not know '{output}' of '{given.Name}' in {kind}.");
        }
    }

    /// <summary>The mask of padded texts lies beside them.</summary>
    private static GoldenTensor? MaskBeside(GoldenTensorFile file, string name) =>
        name.Replace("input_ids", "attention_mask", StringComparison.Ordinal) is var mask && mask != name && file.Contains(mask) ? file[mask] : null;

    private sealed record Given(string Name, Tensor Value, Tensor? Mask);
}
