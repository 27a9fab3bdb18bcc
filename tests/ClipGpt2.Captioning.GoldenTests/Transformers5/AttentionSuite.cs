using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>GPT-2's settings of attention, as transformers 5 and 4.53 with either implementation follow them: in a whole pass, in training and in a session.</summary>
public sealed class AttentionSuite : OptionsSuite
{
    protected override string CaseList => "attention";

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        foreach (var name in golden.Expected.Names)
        {
            var (compatibility, eager) = Read(name);
            var expected = golden.Expected[name];
            if (expected.Find("error") is { } error)
            {
                // A fault of 4.53's eager attention with reorder_and_upcast_attn; that setting changes no numbers in float32.
                Assert.Equal((ModelCompatibility.Transformers4, true), (compatibility, eager));
                Assert.Equal("RuntimeError", error.Text());
                expected["message"].Informational();
                continue;
            }

            using var model = new EditedModel(golden.Json.GetProperty("model").GetString()!);
            model.Configure(golden.Json.GetProperty("config"));
            model.Configure(JsonSerializer.SerializeToElement(new JsonObject { ["attn_implementation"] = eager ? "eager" : "sdpa" }));
            foreach (var trainable in (bool[])[false, true])
            {
                using var folder = model.Open();
                using var gpt2 = Gpt2Model.Load(folder, new ComputeOptions { Device = golden.Device, Trainable = trainable }, compatibility: compatibility);
                CheckPasses(golden, gpt2, expected);
            }
        }
    }

    private static (ModelCompatibility Compatibility, bool Eager) Read(string name) => name switch
    {
        "v5_eager" => (ModelCompatibility.Transformers5, true),
        "v5_sdpa" => (ModelCompatibility.Transformers5, false),
        "v4_eager" => (ModelCompatibility.Transformers4, true),
        "v4_sdpa" => (ModelCompatibility.Transformers4, false),
        _ => throw new XunitException($"The test does not know '{name}'."),
    };

    private static void CheckPasses(GoldenCase golden, Gpt2Model gpt2, Tracked expected)
    {
        var tensors = TensorsOf(golden);
        var inputs = golden.Json.GetProperty("inputs");
        Assert.Equal(["input_ids"], inputs.EnumerateObject().Select(p => p.Name));
        var ids = tensors[inputs.GetProperty("input_ids").GetString()!];
        var logits = expected["logits"].Tensor(tensors);
        using (var output = gpt2.Forward(new Gpt2Input { TokenIds = ids.ToTorch(golden.Device) }))
        {
            TorchTensors.AssertNear(output.Logits, logits, LogitsTolerance);
        }

        if (!gpt2.Compute.Trainable)
        {
            CheckSession(gpt2, ids, logits);
        }

        var padded = golden.Json.GetProperty("padded_inputs");
        Assert.Equal(["attention_mask", "input_ids", "position_ids"], padded.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        var mask = tensors[padded.GetProperty("attention_mask").GetString()!];
        using var whole = gpt2.Forward(new Gpt2Input
        {
            TokenIds = tensors[padded.GetProperty("input_ids").GetString()!].ToTorch(golden.Device),
            AttentionMask = mask.ToTorch(golden.Device),
            PositionIds = tensors[padded.GetProperty("position_ids").GetString()!].ToTorch(golden.Device),
        });

        // The reference's are set to 0 where there is padding.
        var seen = mask.ToTorch(golden.Device).unsqueeze(-1);
        TorchTensors.AssertNear(whole.Logits.where(seen.eq(ones_like(seen)), zeros_like(whole.Logits)), expected["padded_logits"].Tensor(tensors), LogitsTolerance);
    }

    /// <summary>The first half at once, then token by token.</summary>
    private static void CheckSession(Gpt2Model gpt2, GoldenTensor ids, GoldenTensor logits)
    {
        var (rows, length) = ((int)ids.Shape[0], (int)ids.Shape[1]);
        var all = ids.Longs.ToArray();
        using var begin = ids.ToTorch().narrow(1, 0, length / 2);
        using var session = gpt2.Start(gpt2.Embed(begin), null, null, length);
        for (var at = length / 2; ; at++)
        {
            for (var row = 0; row < rows; row++)
            {
                var expected = logits.Floats.Slice(((row * length) + at - 1) * gpt2.VocabularySize, gpt2.VocabularySize);
                TorchTensors.AssertNear(session.Logits(row), expected, LogitsTolerance, $"step {at}, row {row}");
            }

            if (at == length)
            {
                return;
            }

            session.Advance([.. Enumerable.Range(0, rows)], [.. Enumerable.Range(0, rows).Select(row => (int)all[(row * length) + at])]);
        }
    }
}
