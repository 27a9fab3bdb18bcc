using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>What passes through the full-size models must do at least: two operations a weight and token, and the weights read once.</summary>
internal static class ModelCosts
{
    // Linear layers and, for ViT, attention's products; embeddings are looked up, not multiplied.
    private const double FlopsPerImage = 8.82e9;
    private const double VisionWeights = 87.4e6;
    private const double BlockWeights = 12 * 12 * 768.0 * 768;
    private const double HeadWeights = 50257.0 * 768;

    public static Phase Encode(int images, Precision precision) => new(FlopsPerImage * images, VisionWeights * BytesPerWeight(precision));

    /// <summary>Reading prefixes: only their last position meets the vocabulary.</summary>
    public static Phase Prefill(int images, int prefixLength, Precision precision) => new(
        2 * images * ((prefixLength * BlockWeights) + HeadWeights), (BlockWeights + HeadWeights) * BytesPerWeight(precision));

    public static Phase Step(int rows, Precision precision, int count) => new(
        2 * rows * (BlockWeights + HeadWeights), (BlockWeights + HeadWeights) * BytesPerWeight(precision), count);

    public static Roofline Roofline(Precision precision, params Phase[] phases) => new(Reduced: precision != Precision.Float32, phases);

    private static int BytesPerWeight(Precision precision) => precision switch
    {
        Precision.Float32 => 4,
        Precision.Int8Weights => 1,
        _ => 2,
    };
}
