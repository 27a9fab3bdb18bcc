using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>CLIP's towers as kinds of parts.</summary>
internal static class ClipKind
{
    public const string Name = "clip";

    /// <summary>The image tower.</summary>
    public static PartKind<IImageEncoder> Encoder { get; } = new(Name, Load)
    {
        Recognizes = IsOne,
        Identify = Identify,
        Measure = Measure,
        Names = new CheckpointNames(Name, Name + "."),
    };

    /// <summary>The text tower.</summary>
    public static PartKind<ITextEncoder> TextEncoder { get; } = new(Name, context => new DeferredTextEncoder(context.Path, context.Compute)) { Recognizes = IsOne };

    private static ClipImageEncoder Load(PartContext context)
    {
        using var source = ClipSource.Open(context.Id, null, context.Search);
        var preprocessor = EncoderDescription.Apply(context.Description, source.LoadPreprocessor());
        return ClipImageEncoder.Load(source, preprocessor, context.Compute, trained: context.Stored?.Use()).Giving(EncoderDescription.Gives(context.Description));
    }

    /// <summary>A file can only be of weights by OpenAI's names.</summary>
    private static bool IsOne(string path) => File.Exists(path)
        ? TensorFiles.HasEnding(path)
        : ClipSource.IsOpenAis(path) || ModelFolder.TypeOf(path) is ClipConfig.FullModel or ClipConfig.VisionModel;

    private static PartSizes Measure(string path)
    {
        using var source = ClipSource.Open(path);
        return new() { EmbeddingDimension = source.Vision.ProjectionSize };
    }

    private static ModelIdentity Identify(string path)
    {
        using var source = ClipSource.Open(path);
        return source.Identify();
    }
}
