namespace ClipGpt2.Captioning.Decoding;

/// <summary>Which program's decoding is followed.</summary>
public enum DecodingStrategy
{
    /// <summary>Hugging Face's <c>generate</c>: greedy search, beams, groups, constraints or sampling, as the other options say.</summary>
    Standard,

    /// <summary>
    /// ClipCap's <c>generate2</c>: the best token at each step up to the stop token. (Its temperature and top-p cannot change the text.)
    /// </summary>
    ClipCapGreedy,

    /// <summary>ClipCap's <c>generate_beam</c>: beams ranked by their mean log-probability per token at every step.</summary>
    ClipCapBeam,
}
