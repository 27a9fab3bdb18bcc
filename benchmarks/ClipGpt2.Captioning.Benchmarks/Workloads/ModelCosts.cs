using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>What passes through the full-size models must do at least: two operations a weight and token, and the weights read once.</summary>
internal static class ModelCosts
{
    // Linear layers and, for ViT, attention's products; embeddings are looked up, not multiplied.
    private const double FlopsPerImage = 8.82e9;
    private const double VisionWeights = 87.4e6;
    private const double Blocks = 12;
    private const double HiddenSize = 768;
    private const double EmbeddingSize = 512;
    private const double BlockWeights = Blocks * 12 * HiddenSize * HiddenSize;
    private const double HeadWeights = 50257 * HiddenSize;

    // ViT-B/16 without pooler, and what each block adds to a step that looks at its 197 states: two matrices, and keys and values that are read.
    private const double FlopsPerPatchedImage = 35.1e9;
    private const double PatchedWeights = 85.8e6;
    private const double Positions = 197;
    private const double CrossWeights = Blocks * 2 * HiddenSize * HiddenSize;
    private const double KeysAndValues = Blocks * 2 * Positions * HiddenSize;

    public static Phase EncodePatches(int images, Precision precision) => new(FlopsPerPatchedImage * images, PatchedWeights * BytesPerWeight(precision));

    /// <summary>A step with cross-attention; an image's keys and values are float32 and read once for all its rows.</summary>
    public static Phase CrossStep(int images, int rows, Precision precision, int count) => new(
        2 * rows * (BlockWeights + CrossWeights + HeadWeights + KeysAndValues),
        ((BlockWeights + CrossWeights + HeadWeights) * BytesPerWeight(precision)) + (images * KeysAndValues * sizeof(float)),
        count);

    public static Phase Encode(int images, Precision precision) => new(FlopsPerImage * images, VisionWeights * BytesPerWeight(precision));

    /// <summary>Reading prefixes: only their last position meets the vocabulary.</summary>
    public static Phase Prefill(int images, int prefixLength, Precision precision) => new(
        2 * images * ((prefixLength * BlockWeights) + HeadWeights), (BlockWeights + HeadWeights) * BytesPerWeight(precision));

    public static Phase Step(int rows, Precision precision, int count) => new(
        2 * rows * (BlockWeights + HeadWeights), (BlockWeights + HeadWeights) * BytesPerWeight(precision), count);

    /// <summary>A training step as the reference programs make it: of every position the outputs, the gradients on the way down, and those of weights.</summary>
    /// <param name="rows">Captions.</param>
    /// <param name="positions">Prefix and tokens of each.</param>
    /// <param name="trainedBlocks">GPT-2's blocks that are trained, head and embeddings with them; 0 if all of it is frozen.</param>
    /// <param name="projectorProducts">The projector's multiply-adds for one caption; all of it is trained.</param>
    public static Phase Train(int rows, int positions, int trainedBlocks, double projectorProducts)
    {
        var trained = trainedBlocks == 0 ? 0 : (trainedBlocks / Blocks * BlockWeights) + HeadWeights;
        return new(2 * rows * ((positions * ((2 * (BlockWeights + HeadWeights)) + trained)) + (3 * projectorProducts)), Bytes: 0);
    }

    public static double LinearTanh(int prefixLength) => EmbeddingSize * prefixLength * HiddenSize;

    /// <summary>Two layers, the inner one half as wide as the prefix.</summary>
    public static double Mlp(int prefixLength) => (EmbeddingSize + (prefixLength * HiddenSize)) * (prefixLength * HiddenSize / 2);

    /// <summary>A linear layer, and blocks whose perceptron is twice as wide as they are, over twice the prefix.</summary>
    public static double Transformer(int prefixLength, int layers) =>
        (EmbeddingSize * prefixLength * HiddenSize) + (2 * prefixLength * layers * 8 * HiddenSize * HiddenSize);

    public static Roofline Roofline(Precision precision, params Phase[] phases) => new(Reduced: precision != Precision.Float32, phases);

    private static int BytesPerWeight(Precision precision) => precision switch
    {
        Precision.Float32 => 4,
        Precision.Int8Weights => 1,
        _ => 2,
    };
}
