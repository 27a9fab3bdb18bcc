namespace ClipGpt2.Captioning.Text;

/// <summary>Whose treatment of odd texts CLIP's tokenizer follows. On ordinary captions all agree.</summary>
public enum ClipFidelity
{
    /// <summary>transformers' <c>CLIPTokenizerFast</c>, which <c>CLIPProcessor</c> uses: the text is composed (NFC), and each character lowered by itself.</summary>
    TransformersFast,

    /// <summary>
    /// transformers' <c>CLIPTokenizer</c> where the Python package ftfy is not installed: control characters are dropped, ideographs set apart, and the
    /// text is composed and lowered by Python's rules.
    /// </summary>
    TransformersSlow,

    /// <summary>
    /// OpenAI's <c>clip.tokenize</c> but for ftfy's repairs of broken Unicode: HTML is unescaped twice, the text lowered by Python's rules, special
    /// tokens found by the pattern alone, and rows padded with 0. Decoding keeps the space at the end.
    /// </summary>
    OpenAI,
}
