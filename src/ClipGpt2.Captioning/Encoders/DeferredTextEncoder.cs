using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>A CLIP text encoder that is loaded when the first text is encoded, since few captioners are asked for similarities.</summary>
internal sealed class DeferredTextEncoder : ITextEncoder, ISavablePart
{
    private readonly Lazy<ClipTextEncoder> _encoder;

    /// <exception cref="Weights.CheckpointFormatException">The folder holds another kind of model.</exception>
    public DeferredTextEncoder(string folder, ComputeOptions compute)
    {
        using var source = ClipSource.Open(folder);
        Folder = source.Path;
        EmbeddingDimension = source.NeedText().ProjectionSize;
        _encoder = new(() => ClipTextEncoder.FromPretrained(folder, compute));
    }

    private string Folder { get; }

    public int EmbeddingDimension { get; }

    string ISavablePart.Kind => ClipKind.Name;

    PartOrigin ISavablePart.Origin => new(Folder);

    public torch.Tensor Encode(IReadOnlyList<string> texts) => _encoder.Value.Encode(texts);

    void ISavablePart.Save(string path)
    {
        using var source = new ClipOrigin(Folder, Folder).Open(path);
        ClipFolderWriter.Write(source, path, new ClipFolderOptions());
    }

    public void Dispose()
    {
        if (_encoder.IsValueCreated)
        {
            _encoder.Value.Dispose();
        }
    }
}
