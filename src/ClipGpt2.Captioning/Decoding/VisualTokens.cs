namespace ClipGpt2.Captioning.Decoding;

/// <summary>How a language model reads visual tokens.</summary>
public enum VisualTokens
{
    /// <summary>Before the text: they take positions, and the text continues from them (the reference program, ClipCap).</summary>
    Before,

    /// <summary>
    /// Beside the text, by cross-attention: they take no positions, and the text begins with the decoder's own start token (Hugging Face's
    /// <c>VisionEncoderDecoderModel</c>).
    /// </summary>
    Beside,
}
