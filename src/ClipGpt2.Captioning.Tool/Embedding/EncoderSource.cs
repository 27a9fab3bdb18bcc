using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tool.Fetching;

namespace ClipGpt2.Captioning.Tool.Embedding;

/// <summary>Where an image encoder comes from: a captioner, whose encoder has the captioner's preprocessing, or a model of its own.</summary>
internal static class EncoderSource
{
    /// <summary>Loads an encoder.</summary>
    /// <param name="name">A captioner's folder or checkpoint, a model's folder or id, or a file of weights.</param>
    /// <param name="compute">Where and how to compute.</param>
    /// <param name="gives">What a model is to give for a picture; a captioner says that itself.</param>
    /// <exception cref="CaptioningException">There is no such model, or it is damaged or of another kind.</exception>
    public static IImageEncoder Load(string name, ComputeOptions compute, ImageFeatures gives = ImageFeatures.Embedding) =>
        ImageEncoders.FromPretrained(name, compute, LocalModels.Search(), gives);

    /// <summary>A model's preprocessing.</summary>
    /// <param name="pathOrName">A captioner's folder or checkpoint, a folder or file with a preprocessing, or the name of a known one.</param>
    /// <exception cref="CaptioningException">There is none, or it can't be read.</exception>
    public static ImagePreprocessor Preprocessor(string pathOrName)
    {
        if (!ImageEncoders.IsCaptioner(pathOrName))
        {
            return ImagePreprocessor.Load(pathOrName);
        }

        // Its kind alone knows what its description changes. Plain weights are loaded fastest.
        using var encoder = Load(pathOrName, new() { Trainable = true });
        return encoder.Preprocessor;
    }
}
