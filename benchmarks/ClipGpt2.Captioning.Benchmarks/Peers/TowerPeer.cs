using Microsoft.ML.OnnxRuntime;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>An image tower in ONNX Runtime.</summary>
/// <param name="session">The graph's session; this owns it.</param>
/// <param name="output">The output's name.</param>
/// <param name="shape">The output's shape for one picture.</param>
internal abstract class TowerPeer(InferenceSession session, string output, params long[] shape) : IDisposable
{
    public const int ImageSize = 224;
    public const int PixelsPerImage = 3 * ImageSize * ImageSize;

    private readonly OrtIoBinding _binding = session.CreateIoBinding();
    private readonly RunOptions _options = new();

    /// <summary>Encodes pictures from and into bound memory.</summary>
    /// <param name="pixels">float32 [B, 3, 224, 224].</param>
    /// <param name="encoded">float32 [B, ...]: the result.</param>
    public void Encode(float[] pixels, float[] encoded)
    {
        var images = pixels.Length / PixelsPerImage;
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [images, 3, ImageSize, ImageSize]);
        using var result = OrtValue.CreateTensorValueFromMemory(encoded, [images, .. shape]);
        _binding.BindInput("pixel_values", input);
        _binding.BindOutput(output, result);
        session.RunWithBinding(_options, _binding);
    }

    public void Dispose()
    {
        _options.Dispose();
        _binding.Dispose();
        session.Dispose();
    }
}
