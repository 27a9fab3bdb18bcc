namespace ClipGpt2.Captioning.Decoding;

/// <summary>When a beam search that has as many finished texts as beams stops.</summary>
/// <remarks>Hugging Face's <c>early_stopping</c>.</remarks>
public enum EarlyStopping
{
    /// <summary>At once (<c>True</c>).</summary>
    WhenFull,

    /// <summary>When the best running text, scored at its present length, is worse than the worst finished one (<c>False</c>).</summary>
    Heuristic,

    /// <summary>When no running text can become better than the worst finished one, were it as long as allowed (<c>"never"</c>).</summary>
    Never,
}
