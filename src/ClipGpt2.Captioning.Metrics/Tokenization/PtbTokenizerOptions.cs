namespace ClipGpt2.Captioning.Metrics.Tokenization;

/// <summary>How <see cref="PtbTokenizer"/> treats the captions of one call.</summary>
public sealed class PtbTokenizerOptions
{
    /// <summary>Whether each caption is tokenized by itself instead of as a line of one document.</summary>
    /// <value>False: as the COCO evaluation does, with its defects. A caption's tokens may depend on the next caption, and a line break other than
    /// <c>\n</c> inside a caption gives every later caption its predecessor's line.</value>
    public bool ContextFree { get; set; }

    /// <summary>Whether tokens that are punctuation are removed.</summary>
    /// <value>True.</value>
    public bool RemovePunctuation { get; set; } = true;
}
