using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>CLIP's comparison of two sets of embeddings.</summary>
/// <remarks>Source: Radford et al. 2021, figure 3; transformers' <c>CLIPModel.forward</c> and <c>clip_loss</c>.</remarks>
internal static class Contrastive
{
    /// <summary>Embeddings [N, D] divided by their length.</summary>
    public static Tensor Normalize(Tensor embeddings)
    {
        using var length = embeddings.norm(-1, keepdim: true, p: 2);
        return embeddings / length;
    }

    /// <summary>Cosines times the exponential of the scale, [N, M]: a row for each image, a column for each text.</summary>
    /// <exception cref="CaptioningException">The embeddings aren't [N, D] and [M, D].</exception>
    public static Tensor Logits(Tensor images, Tensor texts, Tensor logitScale)
    {
        if (images.shape is not [_, var size] || texts.shape is not [_, var other] || size != other)
        {
            throw new CaptioningException(
                $"Embeddings [N, D] and [M, D] can be compared, not [{string.Join(", ", images.shape)}] and [{string.Join(", ", texts.shape)}]: take both from one model.");
        }

        using var scope = NewDisposeScope();
        var (image, text) = (Normalize(images.to(logitScale.device)), Normalize(texts.to(logitScale.device)));
        return (MatrixProduct.Transposed(image, text) * logitScale.to_type(ScalarType.Float32).exp()).MoveToOuterDisposeScope();
    }

    /// <summary>The mean of the two cross-entropies that want each image to match its own text, and each text its own image.</summary>
    /// <param name="logits">[N, N].</param>
    /// <returns>A scalar.</returns>
    public static Tensor Loss(Tensor logits)
    {
        using var scope = NewDisposeScope();
        var own = TensorArithmetic.Range(0, logits.shape[0], logits.device);
        return nn.functional.cross_entropy(logits, own).Plus(nn.functional.cross_entropy(logits.t(), own)).Over(2).MoveToOuterDisposeScope();
    }
}
