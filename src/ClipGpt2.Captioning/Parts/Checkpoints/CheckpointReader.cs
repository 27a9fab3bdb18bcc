using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>Reads what a checkpoint of any form says of its captioner.</summary>
/// <param name="content">The checkpoint.</param>
/// <param name="bases">Where the base models are, if not where it says.</param>
internal sealed class CheckpointReader(CheckpointContent content, BaseModels bases)
{
    /// <summary>What a base model is called in a part's section.</summary>
    public const string ModelName = "model";

    private const string SearchSource = "checkpoint";

    private readonly CheckpointNames _encoder = NamesOf(content).Encoder;
    private readonly CheckpointNames _decoder = NamesOf(content).Decoder;

    private string Location => content.Tensors.Location;

    /// <summary>The captioner that the checkpoint describes.</summary>
    /// <param name="file">What keeps the checkpoint open while parts are loaded; from then on the description's.</param>
    /// <exception cref="CheckpointFormatException">The checkpoint is damaged, or has tensors of none of its parts.</exception>
    /// <exception cref="CaptioningException">It doesn't say what it was trained upon.</exception>
    public CaptionerDescription Read(IDisposable file)
    {
        RefuseStrangers();
        return new CaptionerDescription
        {
            Location = Location,
            File = file,
            Encoder = Encoder(),
            Projector = new(content.Projector(), new(Location, MayBeId: false)) { Stored = Stored(content.ProjectorPrefix, isWhole: true) },
            Decoder = Decoder(),
            Tokenizer = Tokenizer(),
            Search = SearchOf(content),
            CheckPreprocessing = options => CheckpointPreprocessing.RefuseOther(content, options),
        };
    }

    /// <summary>How the program that wrote a checkpoint searches captions; this library's own says nothing, unless the checkpoint was converted from another's.</summary>
    public static ProgramSearch? SearchOf(CheckpointContent content) => content.Form switch
    {
        CheckpointForm.Own => content.Has(ProgramSearch.Section) ? ProgramSearch.Read(content.Section(ProgramSearch.Section), SearchSource) : null,
        CheckpointForm.Reference => ProgramSearch.Reference(SearchSource),
        CheckpointForm.ClipCap => ProgramSearch.ClipCap(SearchSource),
        _ => throw new ArgumentOutOfRangeException(nameof(content), content.Form, null),
    };

    /// <summary>What a checkpoint calls its encoder and its decoder.</summary>
    public static (CheckpointNames Encoder, CheckpointNames Decoder) NamesOf(CheckpointContent content) =>
        (NamesOf(content, PartRole.Encoder, ClipKind.Encoder.Names!), NamesOf(content, PartRole.Decoder, Gpt2Kind.Decoder.Names!));

    /// <summary>A part has the names of its role where the checkpoint has the role's section.</summary>
    private static CheckpointNames NamesOf(CheckpointContent content, string role, CheckpointNames own) => CheckpointNames.Of(role) is var names && content.Has(names.Section) ? names : own;

    private PartDescription Encoder()
    {
        var isClip = _encoder == ClipKind.Encoder.Names;
        var section = isClip ? Clip() : content.Section(_encoder.Section);
        var place = Place(section, bases.Encoder, isClip);
        return new(section, place ?? new(Location, MayBeId: false))
        {
            Stored = place is null || HasTensors(_encoder) ? Stored(_encoder.NamePrefix, isWhole: place is null) : null,
            IsWithoutBase = place is null,
            Model = Recorded(_encoder),
        };
    }

    /// <summary>CLIP's section in the words of its kind.</summary>
    private ConfigSection Clip()
    {
        var description = content.Has(_encoder.Section) ? content.Section(_encoder.Section).ToJson() : [];
        var clip = new JsonObject { [KindTable.KindName] = ClipKind.Name, [ModelName] = description[ModelName]?.DeepClone() };
        EncoderDescription.Write(clip, EncoderDescription.Gives(Section(_encoder.Section, description)), CheckpointPreprocessing.Squash(content), CheckpointPreprocessing.Transform(content));
        return Section(_encoder.Section, clip);
    }

    private PartDescription Decoder()
    {
        var section = content.Has(_decoder.Section) ? content.Section(_decoder.Section).ToJson() : [];
        section.TryAdd(KindTable.KindName, Gpt2Kind.Name);
        var described = Section(_decoder.Section, section);
        var (isGpt2, hasTensors) = (_decoder == Gpt2Kind.Decoder.Names, HasTensors(_decoder));
        var hasBase = isGpt2 || described.Has(ModelName) || !hasTensors;
        var place = Place(described, hasBase ? bases.Decoder : null, isGpt2);
        return new(described, place ?? new(Location, MayBeId: false))
        {
            Stored = !hasTensors && place is not null && !content.HasWholeDecoder ? null : new(new PartOfTensors(content.Tensors, _decoder.NamePrefix))
            {
                IsWhole = content.HasWholeDecoder || place is null,
                Adapters = content.Has(CheckpointAdapters.Section) ? LoraConfig.Read(content.Section(CheckpointAdapters.Section)) : null,
            },
            IsWithoutBase = place is null,
            Model = Recorded(_decoder),
        };
    }

    /// <summary>Where the checkpoint says nothing of it, it is the decoder's model's.</summary>
    private PartDescription Tokenizer()
    {
        var name = CheckpointNames.Of(PartRole.Tokenizer).Section;
        var section = content.Has(name) ? content.Section(name) : Section(_decoder.Section, new() { [KindTable.KindName] = Gpt2Kind.Name, [ModelName] = DecoderModel() });
        return new(section, new(bases.Decoder ?? section.Text(ModelName), MayBeId: true));
    }

    private string? DecoderModel() => content.Has(_decoder.Section) && content.Section(_decoder.Section) is { } section && section.Has(ModelName) ? section.Text(ModelName) : null;

    /// <summary>Where a part's base is; null if it has none, for the checkpoint holds all of it.</summary>
    private PartPlace? Place(ConfigSection section, string? given, bool mustBeThere)
    {
        if (given is not null || section.Has(ModelName))
        {
            return new(given ?? section.Text(ModelName), MayBeId: true);
        }

        return content.Form == CheckpointForm.ClipCap ? throw ClipCapCheckpoint.WithoutBases(Location)
            : mustBeThere ? throw WithoutBase(section)
            : null;
    }

    /// <summary>A part can't be loaded of which nothing says where its model lies.</summary>
    public static CheckpointFormatException WithoutBase(ConfigSection section) =>
        section.Error(ModelName, "is missing: the checkpoint doesn't say what this part was trained upon; give it by CaptionerOptions.Bases (in the tool, --encoder-base and --decoder-base)");

    private bool HasTensors(CheckpointNames names) => content.Tensors.Tensors.Keys.Any(name => name.StartsWith(names.NamePrefix, StringComparison.Ordinal));

    private RecordedModel? Recorded(CheckpointNames names) =>
        content.Has(CheckpointSections.BaseModels) && content.Section(CheckpointSections.BaseModels).FindSection(names.Base) is { } recorded
            ? new(recorded.Text(ModelName), recorded.Text("sha256"))
            : null;

    private StoredPart Stored(string prefix, bool isWhole) => new(new PartOfTensors(content.Tensors, prefix)) { IsWhole = isWhole };

    private ConfigSection Section(string name, JsonObject json) => ConfigSection.Parse($"{Location}: {name}", JsonSerializer.SerializeToUtf8Bytes(json));

    /// <summary>Tensors that belong to no part are a sign of another model.</summary>
    private void RefuseStrangers()
    {
        string[] prefixes = [_decoder.NamePrefix, _encoder.NamePrefix, content.ProjectorPrefix];
        var strangers = content.Tensors.Tensors.Keys.Where(name => !prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))).Order(StringComparer.Ordinal).ToList();
        if (strangers.Count > 0)
        {
            throw new CheckpointFormatException($"'{Location}' has tensors that belong to no part of a captioner: '{string.Join("', '", strangers.Take(10))}'; names begin with '{string.Join("', '", prefixes)}'.");
        }
    }
}
