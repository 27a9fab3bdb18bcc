using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
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
        .AddEncoder("clip", context => FromFolder(context, folder => ClipImageEncoder.Load(folder, Preprocessor(context), context.Compute)))
        .AddTextEncoder("clip", context => FromFolder(context, folder => new DeferredTextEncoder(folder, context.Compute)))
        .AddProjector(LinearTanhProjector.Kind, context => Projector(context, LinearTanhProjector.Create))
        .AddProjector(LinearProjector.Kind, context => Projector(context, LinearProjector.Create))
        .AddProjector(MlpProjector.Kind, context => Projector(context, MlpProjector.Create))
        .AddProjector(TransformerProjector.Kind, context => Projector(context, TransformerProjector.Create))
        .AddDecoder("gpt2", context => FromFolder(context, folder => Gpt2CaptionDecoder.Load(folder, context.Compute, context.Tokenizer)))
        .AddTokenizer("gpt2", context => Gpt2Tokenizer.FromPretrained(context.Path));

    /// <summary>The folder's own preprocessing, after the squash that the captioner was trained with, if there was one.</summary>
    private static ImagePreprocessor Preprocessor(PartContext context)
    {
        var preprocessor = ImagePreprocessor.Load(context.Path);
        return context.Description.Has(ClipImageEncoder.SquashName) switch
        {
            false => preprocessor,
            true when context.Description.Ints(ClipImageEncoder.SquashName) is [> 0 and var width, > 0 and var height] =>
                new ImagePreprocessor(preprocessor.Options with { Squash = new ImageSize(width, height) }),
            _ => throw context.Description.Error(ClipImageEncoder.SquashName, "must be a width and a height above 0"),
        };
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
