namespace ClipGpt2.Captioning.Weights;

/// <summary>Whose reading of a model's files is followed where the versions of transformers differ (docs/checkpoints.md lists where).</summary>
public enum ModelCompatibility
{
    /// <summary>transformers 5, whatever version a file names.</summary>
    Transformers5,

    /// <summary>transformers 4.53 with its defaults.</summary>
    Transformers4,
}
