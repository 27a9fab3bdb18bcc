using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Weights;

/// <summary>CLIP as OpenAI's program saves it, both image towers, and the same model in Hugging Face's form.</summary>
public sealed class OpenAiClipSuite : GoldenSuite
{
    private const string HuggingFace = "hugging_face_float16";

    private static readonly Dictionary<string, string> StoredTypes = new(StringComparer.Ordinal) { ["float16"] = "F16", ["float32"] = "F32", ["int64"] = "I64" };

    private static readonly string[] Parts =
    [
        "name", "config", "vision_heads", "files", "tensors", "stages", "largest_cosine_between_inputs", "torchscript_records", "half_against_float_max_abs",
        "hf_max_abs_difference", "if_gelu_were_used_max_abs", "hf_key_map",
    ];

    public override IReadOnlyList<string> Files => ["checkpoints/openai_clip/openai_clip.json"];

    public override bool UsesDevice => true;

    protected override IReadOnlyList<string> TrackedParts => Parts;

    public override void Check(GoldenCase golden)
    {
        Assert.All(golden.Json.EnumerateObject(), member => Assert.Contains(member.Name, Parts));
        golden.Part("name").Informational();
        golden.FindPart("torchscript_records")?.Informational();
        using var scope = NewDisposeScope();
        var files = golden.Part("files");
        foreach (var form in files.Names)
        {
            var path = GoldenRoot.Path(files[form].Text());
            using var source = ClipSource.Open(path);
            CheckSizes(golden, source);
            if (form != HuggingFace)
            {
                Assert.Equal("quick_gelu", ((OpenAiClipSource)source).Activation);
                CheckTensors(golden.Part("tensors"), source.Weights);
            }

            new OpenAiClipResults(golden, path).Check(isHuggingFaces: form == HuggingFace);
        }

        if (golden.FindPart("hf_key_map") is { } names)
        {
            var (file, folder) = (GoldenRoot.Path(files["state_dict"].Text()), GoldenRoot.Path(files[HuggingFace].Text()));
            CheckNames(names, file, folder);
            CheckConversion(file, folder);
        }
    }

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("models").EnumerateArray().Select(model => (model.GetProperty("name").GetString()!, model));

    private static void CheckSizes(GoldenCase golden, ClipSource source)
    {
        var (config, text) = (golden.Part("config"), source.Text!);
        var (width, patch, layers, heads) = source.Vision switch
        {
            ClipVisionConfig vit => (vit.HiddenSize, vit.PatchSize, [vit.Layers], vit.Heads),
            ModifiedResNetConfig resNet => (resNet.Width, (int?)null, resNet.Layers.ToArray(), resNet.Heads),
            _ => throw new XunitException($"Nothing is known of {source.Vision}."),
        };
        Assert.Equal(golden.Part("vision_heads").Integer(), heads);
        foreach (var name in config.Names)
        {
            switch (name)
            {
                case "vision_layers":
                    Assert.Equal(config[name].Kind == JsonValueKind.Array ? config[name].Integers() : [(int)config[name].Integer()], layers);
                    break;
                case "vision_patch_size":
                    Assert.Equal(config[name].IsNull ? null : (int?)config[name].Integer(), patch);
                    break;
                default:
                    Assert.Equal(config[name].Integer(), name switch
                    {
                        "embed_dim" => source.Vision.ProjectionSize,
                        "image_resolution" => source.Vision.ImageSize,
                        "vision_width" => width,
                        "context_length" => text.Positions,
                        "vocab_size" => text.Vocabulary,
                        "transformer_width" => text.Transformer.HiddenSize,
                        "transformer_heads" => text.Transformer.Heads,
                        "transformer_layers" => text.Transformer.Layers,
                        _ => throw new XunitException($"Nothing is known of '{name}'."),
                    });
                    break;
            }
        }
    }

    private static void CheckTensors(Tracked tensors, ITensorSource source)
    {
        Assert.Equal(tensors.Items().Count, source.Tensors.Count);
        foreach (var expected in tensors.Items())
        {
            var name = expected["name"].Text();
            Assert.Equal(StoredTypes[expected["dtype"].Text()], source.Tensors[name].DataType);
            using var tensor = source.Read(name);
            Assert.Equal(expected["shape"].Integers().Select(size => (long)size), tensor.shape);
            Assert.Equal(expected["sha256"].Text(), Convert.ToHexStringLower(SHA256.HashData(tensor.bytes)));
            if (expected.Find("sum") is { } sum)
            {
                using var total = tensor.to_type(ScalarType.Float64).sum();
                Assert.Equal(sum.Number(), total.ToDouble(), 1e-9 * Math.Max(1, Math.Abs(sum.Number())));
            }
        }
    }

    /// <summary>Each name has its place and the place its names, and the weights of the folder in Hugging Face's form lie there.</summary>
    private static void CheckNames(Tracked expected, string file, string folder)
    {
        using var stored = TensorFiles.Open(file);
        using var converted = TensorFiles.Open(folder);
        var names = new OpenAiClipNames();
        var model = new ModelNamedTensors(stored, names);
        Assert.Equal(converted.Tensors.Keys.Order(StringComparer.Ordinal), model.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(expected.Names.Order(StringComparer.Ordinal), model.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var name in expected.Names)
        {
            var place = names.PlaceOf(name);
            Assert.Equal(expected[name].Text(), place.Name + (place.IsTurned ? "^T" : place.Parts > 1 ? $"[{place.Part}/{place.Parts}]" : ""));
            Assert.Equal(name, names.ModelNames(place.Name)[place.Part]);
            using var scope = NewDisposeScope();
            Assert.Equal(converted.Read(name).bytes.ToArray(), model.Read(name).to_type(ScalarType.Float16).contiguous().bytes.ToArray());
        }

        var back = new StoredNamedTensors(model, names);
        foreach (var name in stored.Tensors.Keys.Where(name => !names.IsBuffer(name)))
        {
            using var scope = NewDisposeScope();
            Assert.Equal(stored.Tensors[name].Shape, back.Tensors[name].Shape);
            Assert.Equal(stored.Read(name).bytes.ToArray(), back.Read(name).bytes.ToArray());
        }
    }

    /// <summary>The file becomes the very folder that transformers writes.</summary>
    private static void CheckConversion(string file, string folder)
    {
        var target = Directory.CreateTempSubdirectory("clipgpt2-").FullName;
        try
        {
            Assert.Equal("CLIPModel", ModelConversion.Convert(file, target, new ModelConversionOptions { FloatingType = ScalarType.Float16 }));
            using var expected = TensorFiles.Open(folder);
            using var converted = TensorFiles.Open(target);
            Assert.Equal(expected.Tensors.Keys.Order(StringComparer.Ordinal), converted.Tensors.Keys.Order(StringComparer.Ordinal));
            Assert.All(expected.Tensors.Keys, name =>
            {
                using var scope = NewDisposeScope();
                Assert.Equal(expected.Read(name).bytes.ToArray(), converted.Read(name).bytes.ToArray());
            });
            var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
            config.Remove("transformers_version");
            Assert.True(JsonNode.DeepEquals(config, JsonNode.Parse(File.ReadAllText(Path.Combine(target, "config.json")))), "The configurations differ.");
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }
}
