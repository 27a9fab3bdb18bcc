using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>SigLIP's image tower as a kind of part.</summary>
internal static class SiglipKind
{
    public const string Name = "siglip";

    public static PartKind<IImageEncoder> Encoder { get; } = new(Name, Load)
    {
        Recognizes = path => ModelFolder.TypeOf(path) is SiglipConfig.FullModel or SiglipConfig.VisionModel,
        Identify = ModelIdentity.OfFolder,
        Measure = Measure,
    };

    private static PartSizes Measure(string path)
    {
        using var folder = ModelFolder.Open(path);
        return new() { EmbeddingDimension = SiglipConfig.Vision(folder.Config).Transformer.HiddenSize };
    }

    private static SiglipImageEncoder Load(PartContext context)
    {
        using var folder = ModelFolder.Open(context.Id, context.Search);
        return SiglipImageEncoder.Load(folder, context.Compute, EncoderDescription.Apply(context.Description, ImagePreprocessor.Load(folder.Path)), context.Stored?.Use()).Giving(EncoderDescription.Gives(context.Description));
    }
}
