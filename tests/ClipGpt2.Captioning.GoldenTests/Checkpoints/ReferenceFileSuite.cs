using System.Security.Cryptography;
using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.GoldenTests.Weights;
using ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.GoldenTests.Checkpoints;

/// <summary>What the reference program's own checkpoints hold: configurations, figures and tensors.</summary>
public sealed class ReferenceFileSuite : GoldenSuite
{
    private static readonly string[] Sections = ["clip_config", "gpt2_config", "training_config"];

    /// <summary>What says how the file was made, or follows from other fields.</summary>
    private static readonly string[] Background =
        ["file", "bytes", "globals", "pickle_protocol", "base_gpt2", "tensors_equal_to_base", "trainable_parameters", "frozen_parameters", "name", "clip_embedding_dim"];

    public override IReadOnlyList<string> Files => ["checkpoints/seed/seed.json"];

    protected override IReadOnlyList<string> TrackedParts => [];

    public override void Check(GoldenCase golden)
    {
        var expected = new Tracked(golden.Json, golden.Reads, "checkpoint");
        var path = GoldenRoot.Path(golden.Json.GetProperty("file").GetString()!);
        using var checkpoint = CaptionCheckpoint.Open(path);
        Assert.Equal(CheckpointForm.Reference, checkpoint.Form);
        foreach (var section in Sections)
        {
            CheckSection(expected[section], checkpoint.Metadata[section]);
        }

        foreach (var figure in ReferenceFigures.Names)
        {
            Assert.Equal(ReferenceFigures.InMetadata(expected, figure), JsonSerializer.Deserialize<double?>(checkpoint.Metadata[figure]));
        }

        Assert.Equal(ReferenceFigures.InMetadata(expected, "train_loss"), checkpoint.TrainLoss);
        Assert.Equal(ReferenceFigures.InMetadata(expected, "validation_loss"), checkpoint.ValidationLoss);
        CheckTensors(expected["tensors"].Items(), checkpoint, path);
        using var file = PyTorchFile.Open(path);
        Assert.Equal(expected["top_level_keys"].Texts(), file.Root.Names);
        Assert.All(ReferenceFigures.Names, figure => ReferenceFigures.Check(expected, figure, file.Root[figure]));
        Assert.Equal(expected["state_dict_container"].Text(), file.Root["caption_model_state_dict"].ClassName);
        CheckClasses(expected, file);
        foreach (var name in Background)
        {
            expected.Find(name)?.Informational();
        }

        golden.Reads.AssertAllRead(expected);
    }

    protected override IEnumerable<(string Name, JsonElement Case)> CasesOf(string file, JsonElement root) =>
        root.GetProperty("checkpoints").EnumerateArray().Select(c => (c.GetProperty("name").GetString()!, c));

    private static void CheckSection(Tracked expected, string actual)
    {
        using var json = JsonDocument.Parse(actual);
        Assert.Equal(expected["values"].Names.Order(StringComparer.Ordinal), json.RootElement.EnumerateObject().Select(member => member.Name));
        foreach (var name in expected["values"].Names)
        {
            var (value, field) = (expected["values"][name], json.RootElement.GetProperty(name));
            switch (value.Kind)
            {
                case JsonValueKind.String: Assert.Equal(value.Text(), field.GetString()); break;
                case JsonValueKind.Number: Assert.Equal(value.Number(), field.GetDouble()); break;
                case JsonValueKind.Array: Assert.Equal(value.Integers(), field.EnumerateArray().Select(item => item.GetInt32())); break;
                case JsonValueKind.Null: Assert.True(value.IsNull && field.ValueKind == JsonValueKind.Null, name); break;
                default: Assert.Equal(value.Flag(), field.GetBoolean()); break;
            }
        }
    }

    private static void CheckClasses(Tracked expected, PyTorchFile file)
    {
        foreach (var section in Sections)
        {
            Assert.Equal(expected[section]["class"].Text(), file.Root[section].ClassName);
            var set = file.Root[section].Find("__pydantic_fields_set__")!.Items.Select(item => item.AsText()).Order(StringComparer.Ordinal);
            Assert.Equal(expected[section]["fields_set"].Texts(), set);
        }
    }

    private static void CheckTensors(IReadOnlyList<Tracked> expected, CaptionCheckpoint checkpoint, string path)
    {
        using var file = PyTorchFile.Open(path);
        using var weights = file.StateDict();
        Assert.Equal(expected.Select(tensor => tensor["name"].Text()).Order(StringComparer.Ordinal), checkpoint.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (var tensor in expected)
        {
            var (name, info) = (tensor["name"].Text(), checkpoint.Tensors[tensor["name"].Text()]);
            Assert.Equal(SafetensorsSuite.StoredTypes[tensor["dtype"].Text()], info.DataType);
            Assert.Equal(tensor["shape"].Integers().Select(size => (long)size), info.Shape);
            using var values = weights.Read(name);
            Assert.Equal(tensor["sha256"].Text(), Convert.ToHexStringLower(SHA256.HashData(values.bytes)));
            tensor["sum"].Informational();
        }
    }
}
