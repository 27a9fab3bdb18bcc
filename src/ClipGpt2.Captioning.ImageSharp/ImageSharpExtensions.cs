using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.ImageSharp;

/// <summary>Decoding without a native library, wherever pictures are decoded.</summary>
public static class ImageSharpExtensions
{
    /// <summary>Decodes pictures that are captioned, and those that a trainer of this captioner reads, with <see cref="ImageSharpDecoder"/>.</summary>
    /// <param name="options">The options to change.</param>
    /// <param name="imageSharp">Which codecs to use; null for the defaults.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="CaptioningException">An option is wrong.</exception>
    public static CaptionerOptions UseImageSharp(this CaptionerOptions options, ImageSharpOptions? imageSharp = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ImageDecoder = new ImageSharpDecoder(imageSharp);
        return options;
    }

    /// <summary>Decodes pictures that are embedded with <see cref="ImageSharpDecoder"/>.</summary>
    /// <param name="options">The options to change.</param>
    /// <param name="imageSharp">Which codecs to use; null for the defaults.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="CaptioningException">An option is wrong.</exception>
    public static EmbeddingStoreOptions UseImageSharp(this EmbeddingStoreOptions options, ImageSharpOptions? imageSharp = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ImageDecoder = new ImageSharpDecoder(imageSharp);
        return options;
    }

    /// <summary>Decodes pictures that CLIPScore looks at with <see cref="ImageSharpDecoder"/>.</summary>
    /// <param name="options">The options to change.</param>
    /// <param name="imageSharp">Which codecs to use; null for the defaults.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="CaptioningException">An option is wrong.</exception>
    public static ClipScoreOptions UseImageSharp(this ClipScoreOptions options, ImageSharpOptions? imageSharp = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ImageDecoder = new ImageSharpDecoder(imageSharp);
        return options;
    }

    /// <summary>Decodes pictures of a data set that is checked with <see cref="ImageSharpDecoder"/>.</summary>
    /// <param name="options">The options to change.</param>
    /// <param name="imageSharp">Which codecs to use; null for the defaults.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="CaptioningException">An option is wrong.</exception>
    public static CaptionDatasetCheckOptions UseImageSharp(this CaptionDatasetCheckOptions options, ImageSharpOptions? imageSharp = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ImageDecoder = new ImageSharpDecoder(imageSharp);
        return options;
    }
}
