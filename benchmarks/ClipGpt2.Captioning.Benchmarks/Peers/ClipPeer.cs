using Microsoft.ML.OnnxRuntime;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>CLIP's image tower in ONNX Runtime.</summary>
internal sealed class ClipPeer : IDisposable
{
    public const int ImageSize = 224;
    public const int EmbeddingDimension = 512;
    public const int PixelsPerImage = 3 * ImageSize * ImageSize;

    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();

    public ClipPeer(PeerModel model, PeerThreads threads)
    {
        _session = model.Open("clip-vit-b32.onnx", threads);
        _binding = _session.CreateIoBinding();
    }

    /// <summary>Encodes pictures from and into bound memory.</summary>
    /// <param name="pixels">float32 [B, 3, 224, 224].</param>
    /// <param name="embeddings">float32 [B, 512]: the result.</param>
    public void Encode(float[] pixels, float[] embeddings)
    {
        var images = pixels.Length / PixelsPerImage;
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [images, 3, ImageSize, ImageSize]);
        using var output = OrtValue.CreateTensorValueFromMemory(embeddings, [images, EmbeddingDimension]);
        _binding.BindInput("pixel_values", input);
        _binding.BindOutput("image_embeds", output);
        _session.RunWithBinding(_options, _binding);
    }

    public void Dispose()
    {
        _options.Dispose();
        _binding.Dispose();
        _session.Dispose();
    }
}
