using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning;

public sealed partial class Captioner
{
    /// <summary>Loads a captioner: a caption checkpoint of any program, a captioner's folder, or an id in Hugging Face's cache on disk.</summary>
    /// <remarks>
    /// A name is looked up as a file, then as a folder, then as an id; what looks like a path is never taken for an id, and nothing is downloaded. A checkpoint's base
    /// models are where it says, or where <see cref="CaptionerOptions.Bases"/> says. Of the search, what isn't set is as in the program that wrote a checkpoint: the
    /// reference program's beams, or ClipCap's own greedy search.
    /// </remarks>
    /// <param name="name">The checkpoint's file; the folder, as <see cref="Save"/> writes it; or the id.</param>
    /// <param name="options">How to run; null for the defaults.</param>
    /// <param name="logger">Where to log, or null.</param>
    /// <returns>A captioner that owns its parts; dispose it. It doesn't need the file or folder any more.</returns>
    /// <exception cref="ModelNotFoundException">There is no such thing, one of its files or base models is missing, or it is no captioner.</exception>
    /// <exception cref="CheckpointFormatException">A file is damaged, doesn't fit the others, or has changed since the training; the message names file and field.</exception>
    /// <exception cref="CaptioningException">An option is wrong; all errors are listed.</exception>
    /// <exception cref="NativeBackendException">libtorch or the device is missing.</exception>
    public static Captioner FromPretrained(string name, CaptionerOptions? options = null, ILogger<Captioner>? logger = null) =>
        Load(name, options ?? new(), logger, encoders: null);

    /// <param name="name">The checkpoint's file, the folder or the id.</param>
    /// <param name="options">How to run.</param>
    /// <param name="logger">Where to log, or null.</param>
    /// <param name="encoders">Encoders that other captioners may share with this one; null if it has its own.</param>
    internal static Captioner Load(string name, CaptionerOptions options, ILogger<Captioner>? logger, SharedEncoders? encoders)
    {
        options.Validate();
        options.Compute.Validate();
        var start = TimeProvider.System.GetTimestamp();
        using var description = new CaptionerFinder(options.Parts, options.Bases, options.ModelSearch).Find(name);
        var loading = new PartLoading(options.Parts, options.Compute, TrainableRoles.Of(options.Trainable), options.ModelSearch, logger ?? NullLogger<Captioner>.Instance)
        {
            Compatibility = options.Compatibility,
            Encoders = encoders,
        };
        var parts = LoadedParts.Load(description, loading);
        try
        {
            var captioner = new Captioner(parts.Encoder, parts.Projector, parts.Decoder, parts.Tokenizer, options, logger, parts.TextEncoder) { _owned = parts, _program = parts.Program };
            CaptionerLog.Loaded(captioner._logger, name, options.Device, options.Precision.ToString(), TimeProvider.System.GetElapsedTime(start).TotalSeconds);
            return captioner;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>Puts a checkpoint's weights into this captioner, which has the same models and was loaded as trainable; adapters go beside the decoder's weights.</summary>
    /// <param name="checkpoint">The checkpoint. ClipCap's has other names and can't be applied.</param>
    /// <remarks>Nothing else may use the captioner meanwhile.</remarks>
    /// <exception cref="CheckpointFormatException">A tensor has no place in the captioner or another shape, or the preprocessing of pictures is another; nothing was changed.</exception>
    public void Apply(CaptionCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        checkpoint.ApplyTo(Parts);
    }

    /// <summary>Writes the captioner into a folder that <see cref="FromPretrained"/> reads: <c>captioner.json</c>, <c>encoder/</c>, <c>decoder/</c>, <c>projector.safetensors</c>.</summary>
    /// <param name="folder">The folder; it is made if it isn't there, and files of these names are replaced.</param>
    /// <exception cref="CaptioningException">A part can't be saved (see <see cref="ISavablePart"/>), or a file can't be written.</exception>
    public void Save(string folder)
    {
        var textEncoder = Models.TextEncoder;
        var isOneModel = Encoder is ISavablePart { Origin.Path: var image } && textEncoder is ISavablePart { Origin.Path: var text } && image == text;
        var isOneFolder = (Decoder as ISavablePart)?.Kind == (Tokenizer as ISavablePart)?.Kind; // a model's own tokenizer lies beside it
        List<(string Role, string Name, object Instance, bool IsWritten)> parts =
        [
            (PartRole.Encoder, "encoder", Encoder, true),
            (PartRole.Projector, "projector.safetensors", Projector, true),
            (PartRole.Decoder, "decoder", Decoder, true),
            (PartRole.Tokenizer, isOneFolder ? "decoder" : "tokenizer", Tokenizer, true),
        ];
        if (textEncoder is not null)
        {
            parts.Add((PartRole.TextEncoder, isOneModel ? "encoder" : "text_encoder", textEncoder, !isOneModel));
        }

        CaptionerFolder.Save(folder, _program, [.. parts]);
    }
}
