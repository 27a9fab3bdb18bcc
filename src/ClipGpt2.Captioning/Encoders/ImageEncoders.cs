using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Loads an image encoder of whichever kind a folder or file holds.</summary>
public static class ImageEncoders
{
    /// <summary>Loads a CLIP of any form (see <see cref="ClipImageEncoder.FromPretrained"/>) or a SigLIP in Hugging Face's.</summary>
    /// <param name="path">A folder, the id of one in the cache on disk, or a file of weights by OpenAI's names.</param>
    /// <param name="compute">Where and how to compute; null for float32 on the CPU.</param>
    /// <param name="search">Where ids are looked up; null for the defaults.</param>
    /// <param name="gives">What it is to give for a picture.</param>
    /// <returns>The encoder; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">There is no such model, or one of its files is missing.</exception>
    /// <exception cref="CheckpointFormatException">It is another kind of model, or its weights don't fit its configuration.</exception>
    /// <exception cref="CaptioningException">It is to give a class token, and has none.</exception>
    public static IImageEncoder FromPretrained(
        string path, ComputeOptions? compute = null, ModelSearchOptions? search = null, ImageFeatures gives = ImageFeatures.Embedding) =>
        IsSiglip(path, search)
            ? SiglipImageEncoder.FromPretrained(path, compute, search, gives)
            : ClipImageEncoder.FromPretrained(path, compute, search: search, gives: gives);

    private static bool IsSiglip(string path, ModelSearchOptions? search)
    {
        if (File.Exists(path))
        {
            return false;
        }

        var config = Path.Combine(ModelFolder.Locate(path, search), "config.json");
        return File.Exists(config) && ConfigSection.Load(config).Text("model_type", "") is SiglipConfig.FullModel or SiglipConfig.VisionModel;
    }
}
