using ClipGpt2.Captioning.Decoding;

namespace ClipGpt2.Captioning;

/// <summary>What one call asks for beyond the captioner's own options.</summary>
public sealed class CaptionOptions
{
    /// <summary>How to search in this call.</summary>
    /// <value>The default is <see langword="null"/>; where it is, or leaves an option unset, <see cref="CaptionerOptions.Decoding"/> holds.</value>
    public DecodingOptions? Decoding { get; set; }

    /// <summary>A text that every caption continues; it is not repeated in the result.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public string? Prompt { get; set; }

    /// <summary>Whether results carry the image embedding.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool IncludeEmbedding { get; set; }

    /// <summary>Whether captions carry CLIP's similarity of image and text; the encoder must have a text tower.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool IncludeSimilarity { get; set; }
}
