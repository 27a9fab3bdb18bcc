using System.Text.Json;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>Whole and partial <c>config.json</c>, and what transformers 5 makes of them.</summary>
/// <remarks>
/// Where we aren't as the reference: 32.0 is an integer here, since Python writes some so; a GPT-2 may leave out its <c>model_type</c>, as the oldest do; and
/// <c>dtype</c> says nothing, since weights are read as they are and <c>CaptionerOptions.Precision</c> says what is computed in.
/// </remarks>
public sealed class ConfigsSuite : GoldenSuite
{
    private const double States = 3e-5;
    private const double Logits = 1e-4;

    public override IReadOnlyList<string> Files => ["transformers5/configs.json"];

    public override void Check(GoldenCase golden)
    {
        var config = golden.Json.GetProperty("config");
        var kind = config.TryGetProperty("model_type", out var type) ? type.GetString()! : "gpt2";
        using var model = new ConfiguredModel(config, golden.Json.GetProperty("weights").GetString());
        if (NotOffered.Models.ContainsKey(kind) || !HasHead(config))
        {
            golden.Expected.Informational();
            Assert.ThrowsAny<CaptioningException>(() => ConfiguredModel.Read(model.Folder, kind));
        }
        else if (golden.Expected.Find("error") is not null)
        {
            CheckRefusal(golden, config, kind, model);
        }
        else
        {
            CheckEffective(golden.Expected["effective"], config, ConfiguredModel.Read(model.Folder, kind));
            CheckLoaded(golden, kind, model);
        }
    }

    /// <summary>A SigLIP without its pooling head gives no embedding.</summary>
    private static bool HasHead(JsonElement config) => !config.TryGetProperty("vision_use_head", out var head) || head.GetBoolean();

    private static void CheckRefusal(GoldenCase golden, JsonElement config, string kind, ConfiguredModel model)
    {
        golden.Expected.Informational();
        var isOurs = !config.TryGetProperty("model_type", out _)
            || config.TryGetProperty("dtype", out _)
            || config.EnumerateObject().Any(key => key.Value.ValueKind == JsonValueKind.Number && key.Value.GetRawText().EndsWith(".0", StringComparison.Ordinal));
        if (isOurs)
        {
            ConfiguredModel.Read(model.Folder, kind);
        }
        else
        {
            Assert.ThrowsAny<CaptioningException>(() => ConfiguredModel.Read(model.Folder, kind));
        }
    }

    private static void CheckEffective(Tracked effective, JsonElement config, IReadOnlyDictionary<string, object?> read)
    {
        var leaves = Leaves(effective).ToList();
        Assert.All(read.Keys, key => Assert.Contains(leaves, leaf => leaf.Key == key));
        foreach (var (key, leaf) in leaves)
        {
            if (!read.TryGetValue(key, out var value))
            {
                Assert.True(ConfiguredModel.IsUnread(key) || config.TryGetProperty(key.Split('.')[0], out _), $"Nothing is known of '{key}'.");
                leaf.Informational();
            }
            else if (value is null)
            {
                Assert.True(leaf.IsNull, key);
            }
            else if (value is double number)
            {
                Assert.Equal(leaf.Number(), number);
            }
            else if (value is bool flag)
            {
                Assert.Equal(leaf.Flag(), flag);
            }
            else if (value is int integer)
            {
                Assert.Equal(leaf.Kind == JsonValueKind.Array ? leaf.Integers()[0] : leaf.Integer(), integer);
            }
            else
            {
                Assert.Equal(leaf.Text(), value);
            }
        }
    }

    private static IEnumerable<(string Key, Tracked Leaf)> Leaves(Tracked section) => section.Names.SelectMany(name => section[name].Kind == JsonValueKind.Object
        ? Leaves(section[name]).Select(leaf => ($"{name}.{leaf.Key}", leaf.Leaf))
        : [(name, section[name])]);

    private static void CheckLoaded(GoldenCase golden, string kind, ConfiguredModel model)
    {
        golden.Expected["class"].Informational();
        golden.Expected.Find("loaded_dtype")?.Informational();
        if (golden.Expected.Find("missing") is not { } missing)
        {
            return;
        }

        Assert.Equal(0, missing.Integer());
        Assert.Equal(0, golden.Expected["unexpected"].Integer());
        using var scope = torch.NewDisposeScope();
        using var folder = ModelFolder.Open(model.Folder);
        CheckEnds(golden, kind, folder);
        if (golden.Expected.Find("max_abs_to_forward") is not { } distance)
        {
            // It was loaded in half precision there.
            ConfiguredModel.Run(folder, kind).Dispose();
            return;
        }

        Assert.Equal(0, distance.Number());
        var place = golden.Expected["compared_with"].Raw.GetString()!.Split(' ');
        var expected = golden.Expected["compared_with"].Named(GoldenTensorFile.Open(place[0])[place[1]]);
        TorchTensors.AssertNear(ConfiguredModel.Run(folder, kind), expected, place[1].EndsWith("logits", StringComparison.Ordinal) ? Logits : States);
    }

    private static void CheckEnds(GoldenCase golden, string kind, ModelFolder folder)
    {
        if (golden.Expected.Find("generation_eos") is not { } ends)
        {
            return;
        }

        if (kind != "gpt2")
        {
            Assert.True(ends.IsNull);
            return;
        }

        using var decoder = Gpt2CaptionDecoder.Load(folder);
        int[] expected = ends.IsNull ? [] : ends.Kind == JsonValueKind.Array ? ends.Integers() : [(int)ends.Integer()];
        Assert.Equal(expected, decoder.Generation!.Options.EndTokenIds!);
    }
}
