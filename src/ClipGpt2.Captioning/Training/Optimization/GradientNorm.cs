namespace ClipGpt2.Captioning.Training.Optimization;

/// <summary>What of all gradients together is measured.</summary>
internal enum GradientNorm
{
    /// <summary>The root of the sum of squares.</summary>
    L2,

    /// <summary>The largest magnitude.</summary>
    Largest,
}
