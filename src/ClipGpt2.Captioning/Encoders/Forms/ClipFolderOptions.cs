using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>How a CLIP is written into a folder.</summary>
internal sealed record ClipFolderOptions
{
    /// <summary>Weights by the names that models ask by, in place of the stored ones; null for none.</summary>
    public ITensorSource? Trained { get; init; }

    /// <summary>How pictures become pixels; null for what the source says.</summary>
    public ImagePreprocessorOptions? Preprocessing { get; init; }

    /// <summary>The type that floating-point tensors are stored in; null for their own.</summary>
    public torch.ScalarType? FloatingType { get; init; }

    /// <summary>A folder with the files of the text tower's tokenizer, for a source that has none.</summary>
    public string? TokenizerFolder { get; init; }
}
