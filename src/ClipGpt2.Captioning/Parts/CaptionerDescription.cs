using ClipGpt2.Captioning.Decoding.Generation;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Parts;

/// <summary>A captioner as files describe it: what <c>captioner.json</c>, checkpoints of all forms and configurations come to.</summary>
/// <remarks>Disposing it closes the file that parts are read from; a captioner that is loaded doesn't need it any more.</remarks>
internal sealed class CaptionerDescription : IDisposable
{
    /// <summary>The file or folder that says all this, for messages.</summary>
    public required string Location { get; init; }

    public required PartDescription Encoder { get; init; }

    public required PartDescription Projector { get; init; }

    public required PartDescription Decoder { get; init; }

    public required PartDescription Tokenizer { get; init; }

    public PartDescription? TextEncoder { get; init; }

    /// <summary>How the program searches that the captioner comes from; null if nothing says it.</summary>
    public ProgramSearch? Search { get; init; }

    /// <summary>Fails if the encoder's pictures aren't those of the training; null where nothing says what those were.</summary>
    public Action<ImagePreprocessorOptions>? CheckPreprocessing { get; init; }

    /// <summary>The file that parts are read from, if there is one.</summary>
    public IDisposable? File { get; init; }

    public void Dispose() => File?.Dispose();
}
