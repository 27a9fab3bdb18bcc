namespace ClipGpt2.Captioning.Runtime;

/// <summary>Where and in which number format a model computes.</summary>
public sealed record ComputeOptions
{
    /// <summary>The device: <c>cpu</c>, <c>cuda</c> or <c>cuda:n</c>.</summary>
    /// <value>The default is <c>cpu</c>.</value>
    public string Device { get; init; } = "cpu";

    /// <summary>The number format.</summary>
    /// <value>The default is <see cref="Precision.Float32"/>.</value>
    public Precision Precision { get; init; } = Precision.Float32;

    /// <summary>Whether the weights stay plain, so that gradients can flow through them; inference packs them for speed instead.</summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Trainable { get; init; }
}
