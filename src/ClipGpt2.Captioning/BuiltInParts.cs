using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Encoders.Forms;
using ClipGpt2.Captioning.Folders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning;

/// <summary>The library's own kinds of parts: one line each.</summary>
internal static class BuiltInParts
{
    public static void AddTo(CaptionerParts parts) => parts
        .AddEncoder("clip", ClipEncoder)
        .AddEncoder("siglip", context => FromFolder(context, folder => SiglipImageEncoder.Load(folder, context.Compute).Giving(Gives(context.Description))))
        .AddTextEncoder("clip", context => new DeferredTextEncoder(context.Path, context.Compute))
        .AddProjector(LinearTanhProjector.Kind, context => Projector(context, LinearTanhProjector.Create))
        .AddProjector(LinearProjector.Kind, context => Projector(context, LinearProjector.Create))
        .AddProjector(IdentityProjector.Kind, context => Projector(context, IdentityProjector.Create))
        .AddProjector(MlpProjector.Kind, context => Projector(context, MlpProjector.Create))
        .AddProjector(TransformerProjector.Kind, context => Projector(context, TransformerProjector.Create))
        .AddDecoder("gpt2", context => FromFolder(context, folder => Gpt2CaptionDecoder.Load(folder, context.Compute, context.Tokenizer, null, context.Compatibility, context.Logger)))
        .AddTokenizer("gpt2", context => Gpt2Tokenizer.FromPretrained(context.Path));

    private static ClipImageEncoder ClipEncoder(PartContext context)
    {
        using var source = ClipSource.Open(context.Path);
        return ClipImageEncoder.Load(source, Preprocessor(context.Description, source.LoadPreprocessor()), context.Compute).Giving(Gives(context.Description));
    }

    /// <summary>What an encoder gives; a description says it only where it isn't the embedding.</summary>
    private static ImageFeatures Gives(ConfigSection description) =>
        description.Has(ClipImageEncoder.GivesName) ? description.Name<ImageFeatures>(ClipImageEncoder.GivesName) : ImageFeatures.Embedding;

    /// <summary>The folder's own preprocessing, with what the captioner's description changes: the squash that it was trained with, and the order of steps.</summary>
    private static ImagePreprocessor Preprocessor(ConfigSection description, ImagePreprocessor preprocessor)
    {
        var options = preprocessor.Options;
        if (description.Has(ClipImageEncoder.SquashName))
        {
            options = description.Ints(ClipImageEncoder.SquashName) is [> 0 and var width, > 0 and var height]
                ? options with { Squash = new ImageSize(width, height) }
                : throw description.Error(ClipImageEncoder.SquashName, "must be a width and a height above 0");
        }

        if (description.Has(ClipImageEncoder.TransformName))
        {
            options = options with { Transform = description.Name<ImageTransform>(ClipImageEncoder.TransformName) };
        }

        return ReferenceEquals(options, preprocessor.Options) ? preprocessor : new ImagePreprocessor(options);
    }

    private static T FromFolder<T>(PartContext context, Func<ModelFolder, T> load)
    {
        using var folder = ModelFolder.Open(context.Path);
        return load(folder);
    }

    private static T Projector<T>(PartContext context, Func<ProjectorConfig, WeightLoader, T> create)
        where T : LayeredProjector
    {
        using var file = SafetensorsFile.Open(context.Path);
        using var weights = new WeightLoader(file, context.Compute);
        var projector = create(ProjectorConfig.Read(context.Description), weights);
        projector.SourceFile = context.Path;
        return projector;
    }
}
