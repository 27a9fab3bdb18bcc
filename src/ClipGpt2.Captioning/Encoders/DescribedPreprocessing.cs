using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>What an encoder's description changes of the preprocessing that its folder has: the squash that it was trained with, and the order of steps.</summary>
internal static class DescribedPreprocessing
{
    private const string Squash = "squash";
    private const string Transform = "transform";

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
    /// <param name="squash">What pictures are squashed to, or null.</param>
    /// <param name="transform">The order of steps; null for the form's own.</param>
    public static void Write(JsonObject description, ImageSize? squash, ImageTransform? transform)
    {
        if (squash is { } size)
        {
            description[Squash] = new JsonArray(size.Width, size.Height);
        }

        if (transform is { } steps)
        {
            description[Transform] = steps.ToString();
        }
    }
}
