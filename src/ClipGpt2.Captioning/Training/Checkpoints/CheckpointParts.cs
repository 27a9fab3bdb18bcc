using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Maps;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>The parts of a captioner that a checkpoint describes: base models from their folders, with the trained tensors in their places.</summary>
internal sealed class CheckpointParts : IDisposable
{
    private const string Clip = "clip";
    private const string Gpt2 = "gpt2";
    private const string SearchSource = "checkpoint";

    private readonly List<IDisposable> _loaded = [];
    private readonly CheckpointContent _content;
    private readonly CaptionerOptions _options;
    private readonly BaseModels _bases;
    private readonly ILogger _logger;

    private CheckpointParts(CheckpointContent content, CaptionerOptions options, BaseModels bases, ILogger logger) =>
        (_content, _options, _bases, _logger) = (content, options, bases, logger);

    private string Location => _content.Tensors.Location;

    /// <summary>Loads a captioner that owns its parts, but for an encoder out of <paramref name="encoders"/>.</summary>
    /// <exception cref="CaptioningException">A base model isn't there or has changed, or the tensors don't fit it.</exception>
    public static Captioner Load(CheckpointContent content, CaptionerOptions options, BaseModels bases, CheckpointEncoders? encoders, ILogger<Captioner>? logger)
    {
        var parts = new CheckpointParts(content, options, bases, logger ?? NullLogger<Captioner>.Instance);
        try
        {
            parts.RefuseStrangers();
            var (decoder, tokenizer) = parts.Decoder();
            var projector = parts.Own(parts.Projector(decoder.HiddenSize));
            return Captioner.Owning(parts.Encoder(encoders), projector, decoder, tokenizer, options, logger, parts, ProgramOf(content));
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>How the program that wrote a checkpoint searches captions; this library's own says nothing, unless the checkpoint was converted from another's.</summary>
    public static ProgramSearch? ProgramOf(CheckpointContent content) => content.Form switch
    {
        CheckpointForm.Own => content.Metadata.ContainsKey(ProgramSearch.Section) ? ProgramSearch.Read(content.Section(ProgramSearch.Section), SearchSource) : null,
        CheckpointForm.Reference => ProgramSearch.Reference(SearchSource),
        CheckpointForm.ClipCap => ProgramSearch.ClipCap(SearchSource),
        _ => throw new ArgumentOutOfRangeException(nameof(content), content.Form, null),
    };

    public void Dispose() => _loaded.ForEach(part => part.Dispose());

    /// <summary>Tensors that belong to no part are a sign of another model.</summary>
    private void RefuseStrangers()
    {
        string[] beginnings = ["gpt.", "clip.", _content.ProjectorBeginning];
        var strangers = _content.Tensors.Tensors.Keys.Where(name => !beginnings.Any(b => name.StartsWith(b, StringComparison.Ordinal))).Order(StringComparer.Ordinal).ToList();
        if (strangers.Count > 0)
        {
            throw new CheckpointFormatException($"'{Location}' has tensors that belong to no part of a captioner: '{string.Join("', '", strangers.Take(10))}'; names begin with '{string.Join("', '", beginnings)}'.");
        }
    }

    private ClipImageEncoder Encoder(CheckpointEncoders? encoders)
    {
        using var source = ClipSource.Open(_bases.Clip ?? NameOf(Clip), null, _options.ModelSearch);
        RefuseChanged(Clip, source.Path, source.Identify);
        var squash = CheckpointPreprocessing.Squash(_content);
        var transform = CheckpointPreprocessing.Transform(_content);
        var isTrained = _content.Tensors.Tensors.Keys.Any(name => name.StartsWith("clip.", StringComparison.Ordinal));
        return encoders is null || isTrained ? Own(Load()) : encoders.Get(new(source.Path, squash, transform), Load);

        ClipImageEncoder Load()
        {
            var own = source.LoadPreprocessor().Options;
            var preprocessor = new ImagePreprocessor(own with { Squash = squash, Transform = transform ?? own.Transform });
            CheckpointPreprocessing.RefuseOther(_content, preprocessor.Options);
            using var trained = isTrained ? new PartOfTensors(_content.Tensors, "clip.") : null;
            return ClipImageEncoder.Load(source, preprocessor, Compute(TrainableParts.Encoder), trained: trained);
        }
    }

    private (Gpt2CaptionDecoder Decoder, Gpt2Tokenizer Tokenizer) Decoder()
    {
        using var folder = ModelFolder.Open(_bases.Gpt2 ?? NameOf(Gpt2), _options.ModelSearch);
        RefuseChanged(Gpt2, folder.Path, () => ModelIdentity.Of(folder));
        var config = Gpt2Model.ReadConfig(folder, _options.Compatibility ?? _content.Compatibility ?? default);
        using var weights = DecoderWeights(folder, config);
        var tokenizer = Gpt2Tokenizer.FromPretrained(folder.Path);
        return (Own(new Gpt2CaptionDecoder(Gpt2Model.Load(folder, config, weights, Compute(TrainableParts.Decoder), _logger), tokenizer)), tokenizer);
    }

    private ITensorSource DecoderWeights(ModelFolder folder, Gpt2Config config) => _content.HasWholeDecoder
        ? new PartOfTensors(_content.Tensors, "gpt.")
        : CheckpointAdapters.Merge(_content, folder, config) ?? new OverlaidTensors(Base(folder.Weights), _content.Tensors, "gpt.", Gpt2Names.For(folder.Weights));

    /// <summary>A head in the base's file that repeats its embedding must not outlive it where the embedding was trained.</summary>
    private ITensorSource Base(ITensorSource weights) =>
        _content.Tensors.Tensors.ContainsKey("gpt.transformer.wte.weight") && !_content.Tensors.Tensors.ContainsKey($"gpt.{Gpt2Names.Head}") ? Gpt2Head.Without(weights) : weights;

    private LayeredProjector Projector(int hiddenSize)
    {
        var config = _content.ProjectorConfig(hiddenSize);
        using var part = new PartOfTensors(_content.Tensors, _content.ProjectorBeginning);
        using var weights = new WeightLoader(part, Compute(TrainableParts.Projector));
        return config.Kind switch
        {
            LinearTanhProjector.Kind => LinearTanhProjector.Create(config, weights),
            LinearProjector.Kind => LinearProjector.Create(config, weights),
            IdentityProjector.Kind => IdentityProjector.Create(config, weights),
            MlpProjector.Kind => MlpProjector.Create(config, weights),
            TransformerProjector.Kind => TransformerProjector.Create(config, weights),
            _ => throw new CheckpointFormatException($"'{Location}' has a projector of kind '{config.Kind}', a host's own: build the captioner from parts and put the checkpoint into it with {nameof(CaptionCheckpoint)}.{nameof(CaptionCheckpoint.ApplyTo)}."),
        };
    }

    /// <summary>Fails if a base model isn't what the checkpoint was trained upon any more. Only this library's checkpoints know.</summary>
    private void RefuseChanged(string part, string path, Func<ModelIdentity> identify)
    {
        if (_content.Metadata.ContainsKey(CheckpointDescription.BaseModels) && Section(CheckpointDescription.BaseModels).FindSection(part) is { } recorded
            && recorded.Text("sha256") is var expected && identify().ContentHash is var actual && actual != expected)
        {
            throw new CheckpointFormatException(
                $"'{Location}' was trained upon '{recorded.Text("model")}' with the content hash {expected}, and '{path}' has {actual}: it is another model, with which the captions would be wrong. Put the right one there.");
        }
    }

    private string NameOf(string part) => _content.Form == CheckpointForm.ClipCap
        ? throw new CaptioningException($"'{Location}' is a checkpoint of ClipCap, which doesn't say what it was trained upon: give the folders or ids of its CLIP and its GPT-2 ({nameof(BaseModels)}; in the tool, --clip and --gpt2).")
        : Section($"{part}_config").Text("model");

    private ConfigSection Section(string name) => _content.Section(name);

    private ComputeOptions Compute(TrainableParts part) => _options.Compute with { Trainable = _options.Trainable.HasFlag(part) };

    private T Own<T>(T part)
        where T : IDisposable
    {
        _loaded.Add(part);
        return part;
    }
}
