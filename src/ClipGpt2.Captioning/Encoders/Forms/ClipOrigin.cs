using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>Where a model was loaded from, to go back there for what it doesn't hold.</summary>
/// <param name="Path">The folder or file.</param>
/// <param name="Id">What it was asked for by.</param>
/// <param name="Options">What a file doesn't say.</param>
internal sealed record ClipOrigin(string Path, string Id, ClipFileOptions? Options = null)
{
    /// <summary>Whether the model has other weights than its origin, as a fine-tuned one that is stored beside its base.</summary>
    public bool IsBaseOnly { get; init; }

    /// <summary>Opens the model again.</summary>
    /// <exception cref="CaptioningException">It is gone or has been damaged since.</exception>
    public ClipSource Open() => ClipSource.Open(Path, Options);

    /// <summary>Opens the model again to write it into a folder.</summary>
    /// <exception cref="CaptioningException">It is gone or has been damaged since.</exception>
    public ClipSource Open(string target) => File.Exists(Path) || Directory.Exists(Path)
        ? Open()
        : throw new CaptioningException($"'{target}' can't be written: '{Path}', from which the model was loaded, is gone.");

    /// <summary>Which model it is; its files are read and hashed.</summary>
    /// <exception cref="CaptioningException">They can't be read any more.</exception>
    public ModelIdentity Identify()
    {
        using var source = Open();
        return source.Identify() with { Id = Id };
    }
}
