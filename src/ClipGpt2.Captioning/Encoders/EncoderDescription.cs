using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>What an encoder's description says beside its folder: what it gives, and of the preprocessing the squash that it was trained with and the order of steps.</summary>
internal static class EncoderDescription
{
    /// <summary>The key of what the encoder gives.</summary>
    public const string GivesName = "gives";

    private const string Squash = "squash";
    private const string Transform = "transform";

    /// <summary>What the encoder gives; a description says it only where it isn't the embedding.</summary>
    /// <exception cref="CheckpointFormatException">The description names nothing that encoders give.</exception>
    public static ImageFeatures Gives(ConfigSection description) => description.Has(GivesName) ? description.Name<ImageFeatures>(GivesName) : ImageFeatures.Embedding;

    /// <summary>The folder's own preprocessing with what the description changes.</summary>
    /// <exception cref="CheckpointFormatException">The description can't be followed.</exception>
    public static ImagePreprocessor Apply(ConfigSection description, ImagePreprocessor preprocessor)
    {
        var options = preprocessor.Options;
        if (description.Has(Squash))
        {
            options = description.Ints(Squash) is [> 0 and var width, > 0 and var height]
                ? options with { Squash = new ImageSize(width, height) }
                : throw description.Error(Squash, "must be a width and a height above 0");
        }

        if (description.Has(Transform))
        {
            options = options with { Transform = description.Name<ImageTransform>(Transform) };
        }

        return ReferenceEquals(options, preprocessor.Options) ? preprocessor : new ImagePreprocessor(options);
    }

    /// <summary>Says what is other than in the folder.</summary>
    /// <param name="description">The description.</param>
    /// <param name="gives">What the encoder gives.</param>
    /// <param name="squash">What pictures are squashed to, or null.</param>
    /// <param name="transform">The order of steps; null for the form's own.</param>
    public static void Write(JsonObject description, ImageFeatures gives, ImageSize? squash, ImageTransform? transform)
    {
        if (squash is { } size)
        {
            description[Squash] = new JsonArray(size.Width, size.Height);
        }

        if (transform is { } steps)
        {
            description[Transform] = steps.ToString();
        }

        if (gives != ImageFeatures.Embedding)
        {
            description[GivesName] = gives.ToString();
        }
    }
}
