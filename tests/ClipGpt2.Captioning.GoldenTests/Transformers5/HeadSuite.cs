using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>Files with a head of their own, under configurations that tie it to the token embedding and others.</summary>
public sealed class HeadSuite : OptionsSuite
{
    private const string Embedding = "transformer.wte.weight";
    private const string Head = "lm_head.weight";

    protected override string CaseList => "heads";

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        foreach (var version in golden.Expected.Names)
        {
            var compatibility = version switch
            {
                "v5" => ModelCompatibility.Transformers5,
                "v4" => ModelCompatibility.Transformers4,
                _ => throw new XunitException($"The test does not know '{version}'."),
            };
            using var model = new EditedModel(golden.Json.GetProperty("model").GetString()!);
            var expected = golden.Expected[version];
            if (expected.Find("error") is { } || expected["head_used"].Text() == "random")
            {
                // What the reference fills with random numbers is missing here.
                expected.Informational();
                using var folder = model.Open();
                Assert.Throws<CheckpointFormatException>(() => Gpt2Model.Load(folder, compatibility: compatibility));
                continue;
            }

            Assert.Empty(expected["missing_keys"].Items());
            Assert.Empty(expected["unexpected_keys"].Items());
            CheckInference(golden, model, compatibility, expected);
            CheckTraining(golden, model, compatibility, expected);
        }
    }

    private static void CheckInference(GoldenCase golden, EditedModel model, ModelCompatibility compatibility, Tracked expected)
    {
        var log = new MessageList();
        using var folder = model.Open();
        using var gpt2 = Gpt2Model.Load(folder, new ComputeOptions { Device = golden.Device }, compatibility: compatibility, logger: log);
        CheckLogits(golden, gpt2, expected);
        var isOdd = folder.Config.Flag("tie_word_embeddings", true) && folder.Weights.Tensors.ContainsKey(Head) && folder.Weights.Tensors.ContainsKey(Embedding)
            && !expected["head_used"].Text().StartsWith("either", StringComparison.Ordinal);
        Assert.Equal(isOdd, log.Messages.Any(message => message.Contains(Head, StringComparison.Ordinal)));
    }

    private static void CheckTraining(GoldenCase golden, EditedModel model, ModelCompatibility compatibility, Tracked expected)
    {
        using var folder = model.Open();
        using var decoder = Gpt2CaptionDecoder.Load(folder, new ComputeOptions { Device = golden.Device, Trainable = true }, compatibility: compatibility);
        CheckLogits(golden, decoder.Model, expected);
        var weights = decoder.NamedParameters().ToDictionary(p => p.Key, p => p.Value);
        Assert.Equal(expected["one_tensor"].Flag(), !weights.ContainsKey(Head));
        var head = weights.GetValueOrDefault(Head, weights[Embedding]);
        Assert.Equal(expected["head_used"].Text(), Used(folder, head));
        CheckEqual(folder, weights[Embedding], Embedding, expected["wte_is_files_wte"]);
        CheckEqual(folder, weights[Embedding], Head, expected["wte_is_files_head"]);
        CheckEqual(folder, head, Head, expected["head_is_files_head"]);
        CheckEqual(folder, head, Embedding, expected["head_is_files_wte"]);
        CheckSaved(golden, decoder, compatibility, expected);
    }

    /// <summary>What is saved says what it is, so that both versions read it alike: a configuration that was found to be wrong is put right.</summary>
    private static void CheckSaved(GoldenCase golden, Gpt2CaptionDecoder decoder, ModelCompatibility compatibility, Tracked expected)
    {
        expected["config_tie_after_load"].Informational();
        expected["saved_again_tie"].Informational();
        var target = Directory.CreateTempSubdirectory("clipgpt2-").FullName;
        try
        {
            decoder.Save(target);
            using var folder = ModelFolder.Open(target);
            Assert.Equal(expected["saved_again_has_head"].Flag(), folder.Weights.Tensors.ContainsKey(Head));
            using var again = Gpt2Model.Load(folder, new ComputeOptions { Device = golden.Device }, compatibility: compatibility);
            CheckLogits(golden, again, expected);
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private static void CheckLogits(GoldenCase golden, Gpt2Model gpt2, Tracked expected)
    {
        var tensors = TensorsOf(golden);
        var inputs = golden.Json.GetProperty("inputs");
        Assert.Equal(["input_ids"], inputs.EnumerateObject().Select(p => p.Name));
        using var output = gpt2.Forward(new Gpt2Input { TokenIds = tensors[inputs.GetProperty("input_ids").GetString()!].ToTorch(golden.Device) });
        TorchTensors.AssertNear(output.Logits, expected["logits"].Tensor(tensors), LogitsTolerance);
    }

    /// <summary>Which of the file's two tensors the head is, in the file's words.</summary>
    private static string Used(ModelFolder folder, Tensor head) => (IsFiles(folder, head, Head), IsFiles(folder, head, Embedding)) switch
    {
        (true, true) => "either (equal)",
        (true, false) => "lm_head of the file",
        (false, true) => "wte",
        _ => throw new XunitException("The head is neither of the file's tensors."),
    };

    private static bool IsFiles(ModelFolder folder, Tensor weight, string stored)
    {
        if (!folder.Weights.Tensors.ContainsKey(stored))
        {
            return false;
        }

        using var file = folder.Weights.Read(stored);
        return weight.ToFloats().AsSpan().SequenceEqual(file.ToFloats());
    }

    private static void CheckEqual(ModelFolder folder, Tensor weight, string stored, Tracked expected)
    {
        if (expected.IsNull)
        {
            Assert.False(folder.Weights.Tensors.ContainsKey(stored), $"The file has '{stored}'.");
            return;
        }

        Assert.Equal(expected.Flag(), IsFiles(folder, weight, stored));
    }
}
