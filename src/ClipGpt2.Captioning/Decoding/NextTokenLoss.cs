using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>The loss of a language model: how badly each position foretells the token after it.</summary>
/// <remarks>Follows the loss that Hugging Face's <c>GPT2LMHeadModel</c> computes when it is given labels, and torch's label smoothing.</remarks>
internal static class NextTokenLoss
{
    /// <summary>The label of a position that doesn't count.</summary>
    public const long Ignored = -100;

    /// <summary>The mean cross-entropy over the whole batch's labels that count.</summary>
    /// <remarks>Computed in float32. Gradients flow to the logits.</remarks>
    /// <param name="logits">[B, T, V].</param>
    /// <param name="labels">int64 [B, T]: the tokens themselves, which are shifted here, or <see cref="Ignored"/>.</param>
    /// <param name="labelSmoothing">The share, from 0 to 1, of each label that is spread evenly over all V tokens, the right one among them.</param>
    /// <returns>A scalar, NaN if no label counts; the caller's own.</returns>
    /// <exception cref="CaptioningException">The labels aren't [B, T] of two positions or more, or the share is out of range.</exception>
    public static Tensor Mean(Tensor logits, Tensor labels, double labelSmoothing = 0) => Reduce(logits, labels, labelSmoothing, nn.Reduction.Mean);

    /// <summary>The sum that <see cref="Mean"/> divides by <see cref="Count"/>: batches that make one step are averaged over the labels of all.</summary>
    internal static Tensor Sum(Tensor logits, Tensor labels, double labelSmoothing = 0) => Reduce(logits, labels, labelSmoothing, nn.Reduction.Sum);

    /// <summary>How many labels count: the first position's never does, for nothing foretells it.</summary>
    internal static long Count(Tensor labels)
    {
        using var scope = NewDisposeScope();
        return labels.narrow(1, 1, labels.shape[1] - 1).not_equal(Ignored).sum().item<long>();
    }

    private static Tensor Reduce(Tensor logits, Tensor labels, double labelSmoothing, nn.Reduction reduction)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        if (logits.dim() != 3 || labels.dim() != 2 || !labels.shape.AsSpan().SequenceEqual(logits.shape.AsSpan()[..2]) || labels.shape[1] < 2)
        {
            throw new CaptioningException($"Labels [{string.Join(", ", labels.shape)}] don't fit logits [{string.Join(", ", logits.shape)}]: they must be [B, T] of at least 2 positions.");
        }

        if (labelSmoothing is not (>= 0 and <= 1))
        {
            throw new CaptioningException($"The label smoothing is {labelSmoothing}: it must be from 0 to 1.");
        }

        using var scope = NewDisposeScope();
        var length = labels.shape[1];
        var foretold = logits.narrow(1, 0, length - 1).flatten(0, 1).to(ScalarType.Float32); // [B (T - 1), V]
        var next = labels.narrow(1, 1, length - 1).flatten(); // [B (T - 1)]
        return OfPositions(foretold, next, labelSmoothing, reduction).MoveToOuterDisposeScope();
    }

    /// <summary>The loss of positions that are chosen already: logits [N, V] against int64 labels [N].</summary>
    internal static Tensor OfPositions(Tensor logits, Tensor labels, double labelSmoothing, nn.Reduction reduction) =>
        nn.functional.cross_entropy(logits, labels, ignore_index: Ignored, reduction: reduction, label_smoothing: labelSmoothing);
}
