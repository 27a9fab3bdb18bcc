using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tool.Embedding;

/// <summary>Opens the data set that <c>--captions</c> names.</summary>
internal static class CaptionData
{
    /// <exception cref="CaptioningException">The file can't be read; the message names file and place.</exception>
    public static ICaptionDataset Open(string path) => new SeedCaptions(path);
}
