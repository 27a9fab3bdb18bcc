using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>Writes a checkpoint of any form in this library's own.</summary>
internal static class OwnForm
{
    private const string ClipConfigName = "clip_config";
    private const string Gpt2ConfigName = "gpt2_config";
    private const string ModelName = "model";

    /// <summary>Writes the file, or replaces it as a whole.</summary>
    /// <param name="content">The checkpoint.</param>
    /// <param name="path">The file.</param>
    /// <param name="bases">The names of the base models, where they are to be others.</param>
    /// <param name="token">Ends the writing; nothing is left behind.</param>
    public static void Write(CheckpointContent content, string path, BaseModels bases, CancellationToken token)
    {
        var own = new RenamedTensors(content.Tensors, name => name.StartsWith(content.ProjectorBeginning, StringComparison.Ordinal) ? "projector." + name[content.ProjectorBeginning.Length..] : name);
        SafetensorsWriter.Write(path, own, Metadata(content, bases), floatingType: null, token);
    }

    private static Dictionary<string, string> Metadata(CheckpointContent content, BaseModels bases)
    {
        var metadata = new Dictionary<string, string>(content.Metadata, StringComparer.Ordinal)
        {
            ["format"] = CaptionCheckpoint.Format,
            ["version"] = CaptionCheckpoint.Version,
        };
        if (CheckpointParts.ProgramOf(content) is { } program)
        {
            metadata[ProgramSearch.Section] = SortedJson.Text(program.Json);
        }

        if (content.Form != CheckpointForm.Own)
        {
            var projector = content.ProjectorConfig(HiddenSize(content));
            metadata["projector_config"] = SortedJson.Text(projector.ToJson());
            if (content.Form == CheckpointForm.ClipCap)
            {
                AddConfigurations(metadata, content, bases, projector);
            }
        }

        Rename(metadata, ClipConfigName, ModelName, bases.Clip);
        Rename(metadata, Gpt2ConfigName, ModelName, bases.Gpt2);
        Rename(metadata, CheckpointAdapters.Section, PeftConfig.BaseModelName, bases.Gpt2);
        return metadata;
    }

    /// <summary>What ClipCap's checkpoints don't say and ours do.</summary>
    private static void AddConfigurations(Dictionary<string, string> metadata, CheckpointContent content, BaseModels bases, ProjectorConfig projector)
    {
        if (bases.Clip is null || bases.Gpt2 is null)
        {
            throw new CaptioningException($"'{content.Tensors.Location}' is a checkpoint of ClipCap, which doesn't say what it was trained upon, and the file to write has to: give the folders or ids of its CLIP and its GPT-2 ({nameof(BaseModels)}; in the tool, --clip and --gpt2).");
        }

        metadata[ClipConfigName] = SortedJson.Text(new JsonObject { [ModelName] = bases.Clip, ["keep_aspect"] = true });
        metadata[Gpt2ConfigName] = SortedJson.Text(new JsonObject { [ModelName] = bases.Gpt2, ["visual_tokens_length"] = projector.PrefixLength });
    }

    private static void Rename(Dictionary<string, string> metadata, string section, string key, string? model)
    {
        if (model is not null && metadata.TryGetValue(section, out var text) && JsonNode.Parse(text) is JsonObject json)
        {
            json[key] = model;
            metadata[section] = SortedJson.Text(json);
        }
    }

    private static int HiddenSize(CheckpointContent content)
    {
        const string Table = "gpt.transformer.wte.weight";
        return content.Tensors.Tensors.GetValueOrDefault(Table)?.Shape is [_, > 0 and <= int.MaxValue and var size]
            ? (int)size
            : throw new CheckpointFormatException($"'{content.Tensors.Location}' has no table of tokens '{Table}' [V, H], which tells the size of a prefix vector.");
    }
}
