using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>What a checkpoint says of its captioner: what <see cref="CheckpointReader"/> reads, in the names that the reference program has for CLIP and GPT-2.</summary>
internal static class CheckpointSections
{
    /// <summary>The section that names the models which the checkpoint's tensors belong into, with the hashes of their content.</summary>
    public const string BaseModels = "base_models";

    /// <summary>The sections of a captioner's parts.</summary>
    /// <param name="parts">The parts.</param>
    /// <param name="given">Sections of a configuration that the parts' own are put into.</param>
    /// <exception cref="CaptioningException">A part can't be described (all are listed), or a configuration's section says something else of it.</exception>
    public static Dictionary<string, JsonNode> Of(PartSet parts, IReadOnlyDictionary<string, JsonNode> given)
    {
        CheckpointParts.RefuseUnfit(parts);
        var sections = given.ToDictionary(StringComparer.Ordinal);
        AddEncoder(sections, parts);
        AddDecoder(sections, parts);
        sections[CheckpointNames.Of(PartRole.Projector).Section] = Described(parts.Projector, []);
        sections[CheckpointPreprocessing.Section] = PreprocessingJson.Of(parts.Encoder.Preprocessor.Options);
        if (Bases(parts) is { Count: > 0 } bases)
        {
            sections[BaseModels] = bases;
        }

        if (parts.Search is { } search)
        {
            sections[ProgramSearch.Section] = search.Json.DeepClone();
        }

        return sections;
    }

    /// <summary>The sections as metadata, with the format and the version: 1 is all that the first versions of this library read.</summary>
    public static Dictionary<string, string> ToMetadata(IReadOnlyDictionary<string, JsonNode> sections)
    {
        var isFirst = !new[] { PartRole.Encoder, PartRole.Decoder, PartRole.Tokenizer }.Any(role => sections.ContainsKey(CheckpointNames.Of(role).Section));
        var metadata = sections.ToDictionary(section => section.Key, section => SortedJson.Text(section.Value));
        metadata["format"] = CaptionCheckpoint.Format;
        metadata["version"] = isFirst ? CaptionCheckpoint.FirstVersion : CaptionCheckpoint.Version;
        return metadata;
    }

    private static void AddEncoder(Dictionary<string, JsonNode> sections, PartSet parts)
    {
        var names = parts.NamesOf(PartRole.Encoder);
        var section = Section(sections, names.Section);
        AddModel(section, parts.Encoder);
        if (names == ClipKind.Encoder.Names)
        {
            CheckpointPreprocessing.Describe(section, parts.Encoder.Preprocessor.Options.Squash);
            if (Described(parts.Encoder, [])[EncoderDescription.GivesName] is { } gives)
            {
                section[EncoderDescription.GivesName] = gives.DeepClone();
            }
        }
        else
        {
            Described(parts.Encoder, section);
        }
    }

    private static void AddDecoder(Dictionary<string, JsonNode> sections, PartSet parts)
    {
        var names = parts.NamesOf(PartRole.Decoder);
        var isGpt2 = names == Gpt2Kind.Decoder.Names;
        var section = Section(sections, names.Section);
        AddModel(section, parts.Decoder);
        if (isGpt2)
        {
            section["visual_tokens_length"] = parts.Projector.PrefixLength;
            ((ISavablePart)parts.Decoder).Describe(section);
        }
        else
        {
            Described(parts.Decoder, section);
        }

        if (CheckpointAdapters.Describe(parts.Decoder, section) is { } adapters)
        {
            sections[CheckpointAdapters.Section] = adapters;
        }

        AddTokenizer(sections, parts, isGpt2);
    }

    /// <summary>GPT-2's tokenizer lies with its model, and isn't mentioned.</summary>
    private static void AddTokenizer(Dictionary<string, JsonNode> sections, PartSet parts, bool isBesideGpt2)
    {
        var tokenizer = (ISavablePart)parts.Tokenizer;
        if (isBesideGpt2 && tokenizer.Kind == Gpt2Kind.Name)
        {
            return;
        }

        var section = Section(sections, CheckpointNames.Of(PartRole.Tokenizer).Section);
        AddModel(section, tokenizer);
        Described(tokenizer, section);
    }

    private static JsonObject Section(Dictionary<string, JsonNode> sections, string name)
    {
        if (!sections.TryGetValue(name, out var section))
        {
            sections[name] = section = new JsonObject();
        }

        return section as JsonObject ?? throw new CaptioningException($"The checkpoint's metadata have '{name}' as something else than an object.");
    }

    /// <summary>A configuration has named the model already as its host calls it.</summary>
    private static void AddModel(JsonObject section, object part)
    {
        if (part is ISavablePart { Origin.Path: var path } && !section.ContainsKey(CheckpointReader.ModelName))
        {
            section[CheckpointReader.ModelName] = path;
        }
    }

    private static JsonObject Described(object part, JsonObject section)
    {
        var savable = (ISavablePart)part;
        section[KindTable.KindName] = savable.Kind;
        savable.Describe(section);
        return section;
    }

    private static JsonObject Bases(PartSet parts)
    {
        var bases = new JsonObject();
        foreach (var (role, part) in new (string, object)[] { (PartRole.Encoder, parts.Encoder), (PartRole.Decoder, parts.Decoder) })
        {
            if (part is ISavablePart { Origin.Path: var path } and IIdentifiedModel model)
            {
                bases[parts.NamesOf(role).Base] = new JsonObject { [CheckpointReader.ModelName] = Path.GetFileName(path), ["sha256"] = model.Identity.ContentHash };
            }
        }

        return bases;
    }
}
