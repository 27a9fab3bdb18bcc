using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Encoders.Forms;

/// <summary>How OpenAI's program makes pixels of pictures: <c>clip.load</c>'s second result.</summary>
/// <remarks>Source: openai/CLIP's <c>_transform</c>.</remarks>
internal static class OpenAiPreprocessing
{
    public static ImagePreprocessorOptions Of(int side) => new() { Transform = ImageTransform.OpenAi, ShortestEdge = side, CropSize = new ImageSize(side, side) };
}
