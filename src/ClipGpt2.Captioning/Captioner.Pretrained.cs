using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Folders;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning;

public sealed partial class Captioner
{
    /// <summary>Loads a captioner from its folder: <c>captioner.json</c> and the parts that it names.</summary>
    /// <param name="folder">The folder, as <see cref="Save"/> writes it.</param>
    /// <param name="options">How to run; null for the defaults.</param>
    /// <param name="logger">Where to log, or null.</param>
    /// <returns>A captioner that owns its parts; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">The folder or one of its files is missing.</exception>
    /// <exception cref="CheckpointFormatException">A file is damaged or doesn't fit the others; the message names file and field.</exception>
    /// <exception cref="CaptioningException">An option is wrong; all errors are listed.</exception>
    /// <exception cref="NativeBackendException">libtorch or the device is missing.</exception>
    public static Captioner FromPretrained(string folder, CaptionerOptions? options = null, ILogger<Captioner>? logger = null)
    {
        options ??= new CaptionerOptions();
        options.Validate();
        options.Compute.Validate();
        var start = TimeProvider.System.GetTimestamp();
        var parts = LoadedParts.Load(CaptionerFolder.Open(folder), options, logger ?? NullLogger<Captioner>.Instance);
        try
        {
            var captioner = new Captioner(parts.Encoder, parts.Projector, parts.Decoder, parts.Tokenizer, options, logger, parts.TextEncoder) { _owned = parts, _program = parts.Program };
            CaptionerLog.Loaded(captioner._logger, folder, options.Device, options.Precision.ToString(), TimeProvider.System.GetElapsedTime(start).TotalSeconds);
            return captioner;
        }
        catch
        {
            parts.Dispose();
            throw;
        }
    }

    /// <summary>A captioner that owns parts which were loaded for it alone, and may search as the program does whose checkpoint it is of.</summary>
    internal static Captioner Owning(
        IImageEncoder encoder,
        IPrefixProjector projector,
        ICaptionDecoder decoder,
        Tokenizer tokenizer,
        CaptionerOptions options,
        ILogger<Captioner>? logger,
        IDisposable parts,
        ProgramSearch? program) =>
        new(encoder, projector, decoder, tokenizer, options, logger) { _owned = parts, _program = program };

    /// <summary>Writes the captioner into a folder that <see cref="FromPretrained"/> reads: <c>captioner.json</c>, <c>encoder/</c>, <c>decoder/</c>, <c>projector.safetensors</c>.</summary>
    /// <param name="folder">The folder; it is made if it isn't there, and files of these names are replaced.</param>
    /// <exception cref="CaptioningException">A part can't be saved (see <see cref="ISavablePart"/>), or a file can't be written.</exception>
    public void Save(string folder)
    {
        var textEncoder = Models.TextEncoder;

        // Both towers of one CLIP share its folder.
        var isOneClip = Encoder is ClipImageEncoder image && textEncoder is DeferredTextEncoder text && image.Folder == text.Folder;
        CaptionerFolder.Save(
            folder,
            _program,
            ("encoder", "encoder", Encoder),
            ("projector", "projector.safetensors", Projector),
            ("decoder", "decoder", Decoder),
            ("tokenizer", "decoder", Tokenizer),
            ("text_encoder", isOneClip ? "encoder" : "text_encoder", isOneClip ? new WrittenTextEncoder() : textEncoder));
    }
}
