using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>Writes a checkpoint of any form in this library's own.</summary>
internal static class OwnForm
{
    /// <summary>Writes the file, or replaces it as a whole.</summary>
    /// <param name="content">The checkpoint.</param>
    /// <param name="path">The file.</param>
    /// <param name="bases">The names of the base models, where they are to be others.</param>
    /// <param name="token">Ends the writing; nothing is left behind.</param>
    public static void Write(CheckpointContent content, string path, BaseModels bases, CancellationToken token)
    {
        var projector = CheckpointNames.Of(PartRole.Projector).NamePrefix;
        var own = new RenamedTensors(content.Tensors, name => name.StartsWith(content.ProjectorPrefix, StringComparison.Ordinal) ? projector + name[content.ProjectorPrefix.Length..] : name);
        SafetensorsWriter.Write(path, own, Metadata(content, bases), floatingType: null, token);
    }

    private static Dictionary<string, string> Metadata(CheckpointContent content, BaseModels bases)
    {
        var metadata = new Dictionary<string, string>(content.Metadata, StringComparer.Ordinal) { ["format"] = CaptionCheckpoint.Format };
        metadata.TryAdd("version", CaptionCheckpoint.FirstVersion);
        if (CheckpointReader.SearchOf(content) is { } search)
        {
            metadata[ProgramSearch.Section] = SortedJson.Text(search.Json);
        }

        if (content.Form != CheckpointForm.Own)
        {
            var projector = content.Projector();
            metadata[CheckpointNames.Of(PartRole.Projector).Section] = SortedJson.Text(projector.ToJson());
            if (content.Form == CheckpointForm.ClipCap)
            {
                AddConfigurations(metadata, content, bases, projector.Int("prefix_length"));
            }
        }

        var (encoder, decoder) = CheckpointReader.NamesOf(content);
        Rename(metadata, encoder.Section, CheckpointReader.ModelName, bases.Encoder);
        if (decoder == Gpt2Kind.Decoder.Names || content.Section(decoder.Section).Has(CheckpointReader.ModelName))
        {
            Rename(metadata, decoder.Section, CheckpointReader.ModelName, bases.Decoder);
        }

        Rename(metadata, CheckpointNames.Of(PartRole.Tokenizer).Section, CheckpointReader.ModelName, bases.Decoder);
        Rename(metadata, CheckpointAdapters.Section, PeftConfig.BaseModelName, bases.Decoder);
        return metadata;
    }

    /// <summary>What ClipCap's checkpoints don't say and ours do.</summary>
    private static void AddConfigurations(Dictionary<string, string> metadata, CheckpointContent content, BaseModels bases, int prefixLength)
    {
        if (bases.Encoder is null || bases.Decoder is null)
        {
            throw ClipCapCheckpoint.WithoutBases(content.Tensors.Location);
        }

        metadata[ClipKind.Encoder.Names!.Section] = SortedJson.Text(new JsonObject { [CheckpointReader.ModelName] = bases.Encoder, ["keep_aspect"] = true });
        metadata[Gpt2Kind.Decoder.Names!.Section] = SortedJson.Text(new JsonObject { [CheckpointReader.ModelName] = bases.Decoder, ["visual_tokens_length"] = prefixLength });
    }

    private static void Rename(Dictionary<string, string> metadata, string section, string key, string? model)
    {
        if (model is not null && metadata.TryGetValue(section, out var text) && JsonNode.Parse(text) is JsonObject json)
        {
            json[key] = model;
            metadata[section] = SortedJson.Text(json);
        }
    }
}
