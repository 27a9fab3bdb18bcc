namespace ClipGpt2.Captioning.Metrics.Cider;

/// <summary>Which of CIDEr's forms is computed.</summary>
public enum CiderForm
{
    /// <summary>CIDEr-D: counts are clipped and a Gaussian penalises differences in length. pycocoevalcap's <c>Cider</c> is this one, and papers report it.</summary>
    CiderD,

    /// <summary>CIDEr without clipping and penalty: a plain cosine.</summary>
    Plain,
}

/// <summary>How <see cref="CiderMetric"/> computes.</summary>
public sealed class CiderOptions
{
    /// <summary>Which form.</summary>
    /// <value><see cref="CiderForm.CiderD"/>, as pycocoevalcap.</value>
    public CiderForm Form { get; set; } = CiderForm.CiderD;

    /// <summary>The standard deviation of the Gaussian, in bigrams.</summary>
    /// <value>6.</value>
    public double Sigma { get; set; } = 6;

    /// <summary>In how many images' references each n-gram is found.</summary>
    /// <value>Null: counted in the references of the corpus that is scored.</value>
    public CiderDocumentFrequencies? DocumentFrequencies { get; set; }
}
