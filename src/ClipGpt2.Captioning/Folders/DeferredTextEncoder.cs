using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Folders;

/// <summary>A CLIP text encoder that is loaded when the first text is encoded, since few captioners are asked for similarities.</summary>
internal sealed class DeferredTextEncoder : ITextEncoder, ISavablePart
{
    private readonly Lazy<ClipTextEncoder> _encoder;

    /// <exception cref="CheckpointFormatException">The folder holds another kind of model.</exception>
    public DeferredTextEncoder(ModelFolder folder, ComputeOptions compute)
    {
        Folder = folder.Path;
        EmbeddingDimension = ClipConfig.Text(folder.Config).ProjectionSize;
        _encoder = new(() => Load(Folder, compute));
    }

    /// <summary>The folder that the weights come from.</summary>
    public string Folder { get; }

    public int EmbeddingDimension { get; }

    string ISavablePart.Kind => "clip";

    public torch.Tensor Encode(IReadOnlyList<string> texts) => _encoder.Value.Encode(texts);

    void ISavablePart.Save(string path, JsonObject description) => ModelFolderWriter.Copy(Folder, path);

    public void Dispose()
    {
        if (_encoder.IsValueCreated)
        {
            _encoder.Value.Dispose();
        }
    }

    private static ClipTextEncoder Load(string path, ComputeOptions compute)
    {
        using var folder = ModelFolder.Open(path);
        return ClipTextEncoder.Load(folder, compute);
    }
}
