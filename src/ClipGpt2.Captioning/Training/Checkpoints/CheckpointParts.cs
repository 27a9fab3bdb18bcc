using System.Text;
using ClipGpt2.Captioning.Decoding;
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

namespace ClipGpt2.Captioning.Training.Checkpoints;

/// <summary>The parts of a captioner that a checkpoint describes: base models from their folders, with the trained tensors in their places.</summary>
internal sealed class CheckpointParts : IDisposable
{
    private readonly List<IDisposable> _loaded = [];
    private readonly SafetensorsFile _file;
    private readonly CaptionerOptions _options;

    private CheckpointParts(SafetensorsFile file, CaptionerOptions options) => (_file, _options) = (file, options);

    /// <summary>Loads a captioner that owns its parts.</summary>
    /// <exception cref="CaptioningException">A base model isn't there or has changed, or the tensors don't fit it.</exception>
    public static Captioner Load(SafetensorsFile file, CaptionerOptions options, ILogger<Captioner>? logger)
    {
        var parts = new CheckpointParts(file, options);
        try
        {
            var encoder = parts.Own(parts.Encoder());
            var (decoder, tokenizer) = parts.Decoder();
            return Captioner.Owning(encoder, parts.Own(parts.Projector()), parts.Own(decoder), tokenizer, options, logger, parts);
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    public void Dispose() => _loaded.ForEach(part => part.Dispose());

    private ClipImageEncoder Encoder()
    {
        using var folder = Base("clip_config", "clip", out var section);
        var preprocessor = ImagePreprocessor.Load(folder.Path);
        if (section.Has("image_size") && !section.Flag("keep_aspect", false))
        {
            var size = section.Ints("image_size") is [> 0, > 0] sides ? sides : throw section.Error("image_size", "must be two sizes above 0");
            preprocessor = new ImagePreprocessor(preprocessor.Options with { Squash = new ImageSize(size[0], size[1]) });
        }

        using var weights = new OverlaidTensors(folder.Weights, _file, "clip.", new ClipNames());
        return ClipImageEncoder.Load(ClipConfig.Vision(folder.Config), weights, preprocessor, Compute(TrainableParts.Encoder), new ClipOrigin(folder.Path, folder.Id));
    }

    private (Gpt2CaptionDecoder Decoder, Gpt2Tokenizer Tokenizer) Decoder()
    {
        using var folder = Base("gpt2_config", "gpt2", out _);
        using var weights = new OverlaidTensors(folder.Weights, _file, "gpt.", Gpt2Names.For(folder.Weights));
        var tokenizer = Gpt2Tokenizer.FromPretrained(folder.Path);
        return (new Gpt2CaptionDecoder(Gpt2Model.Create(Gpt2Config.Read(folder.Config), weights, Compute(TrainableParts.Decoder)), tokenizer), tokenizer);
    }

    private LayeredProjector Projector()
    {
        var config = ProjectorConfig.Read(Section("projector_config"));
        using var part = new PartOfTensors(_file, "projector.");
        using var weights = new WeightLoader(part, Compute(TrainableParts.Projector));
        return config.Kind switch
        {
            LinearTanhProjector.Kind => LinearTanhProjector.Create(config, weights),
            LinearProjector.Kind => LinearProjector.Create(config, weights),
            MlpProjector.Kind => MlpProjector.Create(config, weights),
            TransformerProjector.Kind => TransformerProjector.Create(config, weights),
            _ => throw new CheckpointFormatException($"'{_file.Location}' has a projector of kind '{config.Kind}', a host's own: build the captioner from parts and put the checkpoint into it with {nameof(CaptionCheckpoint)}.{nameof(CaptionCheckpoint.ApplyTo)}."),
        };
    }

    /// <summary>A base model's folder, if it is still what the checkpoint was trained upon.</summary>
    private ModelFolder Base(string sectionName, string part, out ConfigSection section)
    {
        section = Section(sectionName);
        var folder = ModelFolder.Open(section.Text("model"), _options.ModelSearch);
        if (_file.Metadata.ContainsKey(CheckpointDescription.BaseModels) && Section(CheckpointDescription.BaseModels).FindSection(part) is { } recorded)
        {
            var hash = ModelIdentity.Of(folder).ContentHash;
            if (recorded.Text("sha256") != hash)
            {
                folder.Dispose();
                throw new CheckpointFormatException(
                    $"'{_file.Location}' was trained upon '{recorded.Text("model")}' with the content hash {recorded.Text("sha256")}, and '{folder.Path}' has {hash}: it is another model, with which the captions would be wrong. Put the right one there.");
            }
        }

        return folder;
    }

    private ConfigSection Section(string name) => _file.Metadata.TryGetValue(name, out var text)
        ? ConfigSection.Parse($"{_file.Location}: {name}", Encoding.UTF8.GetBytes(text))
        : throw new CheckpointFormatException($"'{_file.Location}' says nothing of its '{name}': it is no checkpoint that a captioner can be built from.");

    private ComputeOptions Compute(TrainableParts part) => _options.Compute with { Trainable = _options.Trainable.HasFlag(part) };

    private T Own<T>(T part)
        where T : IDisposable
    {
        _loaded.Add(part);
        return part;
    }
}
