using System.Security.Cryptography;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;
using TorchSharp;

namespace ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;

/// <summary>The same small captioner in every form that PyTorch and Python write, and values that are no weights.</summary>
public sealed class FormatsSuite : GoldenSuite
{
    private const string ReferenceKey = "caption_model_state_dict";

    private static readonly string[] Outcomes = ["load", "refuse", "load_or_refuse", "load_as_values"];

    private static readonly string[] Configurations = ["clip_config", "gpt2_config", "training_config"];

    public override IReadOnlyList<string> Files => ["checkpoints/formats/formats.json"];

    public override void Check(GoldenCase golden)
    {
        using var scope = torch.NewDisposeScope();
        var expected = golden.Expected;
        var outcome = expected["outcome"].Text();
        Assert.Contains(outcome, Outcomes);
        var path = GoldenRoot.Path(golden.Json.GetProperty("file").GetString()!);
        if (outcome == "refuse")
        {
            CheckRefusal(golden, path);
            return;
        }

        // What may be refused is read too; these fields tell of a refusal.
        foreach (var name in new[] { "if_refused", "reason", "reference_message", "note" })
        {
            expected.Find(name)?.Informational();
        }

        if (Directory.Exists(path))
        {
            using var folder = TensorFiles.Open(path);
            CheckTensors(expected["tensors"], folder, stored: null);
            return;
        }

        using var file = PyTorchFile.Open(path);
        CheckFile(golden, file);
    }

    private static void CheckRefusal(GoldenCase golden, string path)
    {
        var expected = golden.Expected;
        expected.Find("reference_message")?.Informational();
        var refusal = Assert.ThrowsAny<CheckpointFormatException>(() =>
        {
            using var source = TensorFiles.Open(path);
            new ReferenceModelUnderTest(golden.Root, source).Dispose();
        });
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        switch (expected["reason"].Text())
        {
            case "disallowed_global":
                Assert.IsType<UnsafeCheckpointException>(refusal);
                Assert.Contains($"'{expected["global"].Text()}'", refusal.Message, StringComparison.Ordinal);
                break;
            case "state_dict_mismatch":
                Assert.Contains("don't fit", refusal.Message, StringComparison.Ordinal);
                break;
            case var reason:
                Assert.Fail($"Unknown reason '{reason}'.");
                break;
        }
    }

    private static void CheckFile(GoldenCase golden, PyTorchFile file)
    {
        var expected = golden.Expected;
        using var source = expected.Find("tensors_under") is { } key ? file.TensorsOf(file.Root[key.Text()])
            : file.Root.Find(ReferenceKey) is null ? file
            : file.StateDict();
        if (expected.Find("tensors") is { } tensors)
        {
            CheckTensors(tensors, source, source is PyTorchFile ? file.Stored : ((PyTorchTensors)source).Stored);
        }

        foreach (var group in expected.Find("share_one_storage_in_the_reference_after_loading")?.Items() ?? [])
        {
            Assert.Single(group.Texts().Select(name => file.Stored[name].Storage).Distinct());
        }

        if (expected.Find("values") is { } values)
        {
            PyTorchValues.CheckRoot(values, file.Root);
        }

        CheckReferenceKeys(expected, file.Root);
        if (expected.Find("logits_tensor") is { } logits)
        {
            using var model = new ReferenceModelUnderTest(golden.Root, source);
            model.CheckLogits(logits.Tensor(GoldenTensorFile.Open(golden.Root.GetProperty("tensors").GetString()!)), golden.Root);
        }

        if (expected.Find("captions") is { } captions)
        {
            Float16Captioner.Check(captions, source, CaptioningNote.Read(golden.Json.GetProperty("note").GetString()!));
        }
    }

    private static void CheckReferenceKeys(Tracked expected, PyTorchValue root)
    {
        foreach (var name in Configurations.Where(name => expected.Find(name) is not null))
        {
            Assert.Equal(expected[name].Names, root[name].Names);
            Assert.All(expected[name].Names, field => PyTorchValues.Check(expected[name][field], root[name][field]));
        }

        foreach (var name in ReferenceFigures.Names.Where(name => expected.Find(name) is not null))
        {
            ReferenceFigures.Check(expected, name, root[name]);
        }
    }

    private static void CheckTensors(Tracked expected, ITensorSource source, IReadOnlyDictionary<string, StoredTensor>? stored)
    {
        Assert.Equal(expected.Items().Select(tensor => tensor["name"].Text()).Order(StringComparer.Ordinal), source.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var tensor in expected.Items())
        {
            var name = tensor["name"].Text();
            CheckTensor(tensor, source.Tensors[name], source.Read(name));
            if (tensor.Find("stride") is { } stride)
            {
                Assert.Equal(stride.Integers().Select(step => (long)step), stored![name].Strides);
                Assert.Equal(tensor["storage_offset"].Integer(), stored[name].Offset);
            }
        }
    }

    private static void CheckTensor(Tracked expected, TensorInfo info, torch.Tensor tensor)
    {
        Assert.Equal(SafetensorsSuite.StoredTypes[expected["dtype"].Text()], info.DataType);
        Assert.Equal(expected["shape"].Integers().Select(size => (long)size), info.Shape);
        Assert.Equal(info.Shape, tensor.shape);
        var bytes = tensor.numel() == 0 ? [] : tensor.bytes.ToArray();
        Assert.Equal(info.ByteLength, bytes.Length);
        Assert.Equal(expected["sha256"].Text(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        if (expected.Find("hex") is { } hex)
        {
            Assert.Equal(hex.Text(), Convert.ToHexStringLower(bytes));
        }

        if (expected.Find("sum") is { } sum)
        {
            // Equal but for the order of a sum in double precision.
            var (wanted, total) = (sum.Number(), tensor.to_type(torch.ScalarType.Float64).sum().ToDouble());
            Assert.True(Math.Abs(wanted - total) <= 1e-12 * Math.Max(1, Math.Abs(wanted)), $"{total} is not {wanted}.");
        }
    }
}
