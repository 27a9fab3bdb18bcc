using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>What a checkpoint says of its captioner: the reference program's three sections, and the projector.</summary>
internal static class CheckpointDescription
{
    /// <summary>The section that names the models which the checkpoint's tensors belong into, with the hashes of their content.</summary>
    public const string BaseModels = "base_models";

    /// <summary>The sections that a configuration file gave, and those of the options and parts for what it didn't.</summary>
    public static IReadOnlyDictionary<string, JsonNode> Of(Captioner captioner, CaptionTrainerOptions options)
    {
        var sections = new Dictionary<string, JsonNode>(StringComparer.Ordinal)
        {
            ["clip_config"] = new JsonObject { ["model"] = captioner.EncoderFolder },
            ["gpt2_config"] = new JsonObject
            {
                ["model"] = captioner.DecoderFolder,
                ["visual_tokens_length"] = captioner.Projector.PrefixLength,
                ["text_tokens_max_length"] = options.MaxTextTokens,
                ["n_layers_to_freeze"] = options.Freezing.Blocks,
            },
            ["training_config"] = new JsonObject
            {
                ["subset_ratio"] = options.SubsetRatio,
                ["batch_size"] = options.BatchSize,
                ["num_epochs"] = options.Epochs,
                ["learning_rate"] = options.LearningRate,
            },
        };
        AddParts(sections, captioner);
        foreach (var (name, text) in options.Checkpoints.Metadata)
        {
            sections[name] = JsonNode.Parse(text) ?? throw new CaptioningException($"{nameof(CheckpointOptions)}.{nameof(CheckpointOptions.Metadata)} has '{name}' as null; leave it out.");
        }

        if (CheckpointAdapters.Describe(captioner, sections["gpt2_config"]) is { } adapters)
        {
            sections[CheckpointAdapters.Section] = adapters;
        }

        AddReading(sections, captioner);
        return sections;
    }

    /// <summary>The same of a captioner that no run has just trained: nothing of options and figures.</summary>
    public static IReadOnlyDictionary<string, JsonNode> Of(Captioner captioner)
    {
        var sections = new Dictionary<string, JsonNode>(StringComparer.Ordinal)
        {
            ["clip_config"] = new JsonObject { ["model"] = captioner.EncoderFolder },
            ["gpt2_config"] = new JsonObject { ["model"] = captioner.DecoderFolder, ["visual_tokens_length"] = captioner.Projector.PrefixLength },
        };
        AddParts(sections, captioner);
        AddReading(sections, captioner);
        if (captioner.Program is { } program)
        {
            sections[ProgramSearch.Section] = program.Json.DeepClone();
        }

        return sections;
    }

    private static void AddParts(Dictionary<string, JsonNode> sections, Captioner captioner)
    {
        if (Bases(captioner) is { Count: > 0 } bases)
        {
            sections[BaseModels] = bases;
        }

        if (captioner.Projector is LayeredProjector projector)
        {
            sections["projector_config"] = projector.Config.ToJson();
        }
    }

    /// <summary>How the models' files and pictures are read.</summary>
    private static void AddReading(Dictionary<string, JsonNode> sections, Captioner captioner)
    {
        if (captioner.Decoder is Gpt2CaptionDecoder decoder && sections["gpt2_config"] is JsonObject gpt2)
        {
            RecordedCompatibility.Write(gpt2, decoder.Model.Config.Compatibility);
        }

        CheckpointPreprocessing.Describe(captioner, sections);
    }

    private static JsonObject Bases(Captioner captioner)
    {
        var bases = new JsonObject();
        (string Part, string? Path, Func<string, ModelIdentity> Identify)[] parts = [("clip", captioner.EncoderFolder, IdentityOfClip), ("gpt2", captioner.DecoderFolder, IdentityOfFolder)];
        foreach (var (part, path, identify) in parts)
        {
            if (path is not null)
            {
                bases[part] = new JsonObject { ["model"] = Path.GetFileName(path), ["sha256"] = identify(path).ContentHash };
            }
        }

        return bases;
    }

    private static ModelIdentity IdentityOfClip(string path)
    {
        using var source = ClipSource.Open(path);
        return source.Identify();
    }

    private static ModelIdentity IdentityOfFolder(string path)
    {
        using var folder = ModelFolder.Open(path);
        return ModelIdentity.Of(folder);
    }
}
