using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Parts.Checkpoints;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>What the checkpoints of a run say of its captioner and of its options.</summary>
internal static class RunDescription
{
    /// <summary>The sections that a configuration file gave, and those of the options and parts for what it didn't.</summary>
    /// <exception cref="CaptioningException">A part can't be described, or the configuration says something else of it.</exception>
    public static IReadOnlyDictionary<string, JsonNode> Of(Captioner captioner, CaptionTrainerOptions options)
    {
        var decoder = captioner.Parts.NamesOf(PartRole.Decoder).Section;
        var sections = new Dictionary<string, JsonNode>(StringComparer.Ordinal)
        {
            [decoder] = new JsonObject { ["text_tokens_max_length"] = options.MaxTextTokens, ["n_layers_to_freeze"] = options.Freezing.Blocks },
            ["training_config"] = new JsonObject
            {
                ["subset_ratio"] = options.SubsetRatio,
                ["batch_size"] = options.BatchSize,
                ["num_epochs"] = options.Epochs,
                ["learning_rate"] = options.LearningRate,
            },
        };
        foreach (var (name, text) in options.Checkpoints.Metadata)
        {
            sections[name] = JsonNode.Parse(text) ?? throw new CaptioningException($"{nameof(CheckpointOptions)}.{nameof(CheckpointOptions.Metadata)} has '{name}' as null; leave it out.");
        }

        return CheckpointSections.Of(captioner.Parts, sections);
    }
}
