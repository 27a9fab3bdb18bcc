using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>A decoder that gives a loss its logits as the head's product leaves them, without a copy in another type.</summary>
internal interface IProductLogits
{
    /// <summary>What <see cref="ITrainableDecoder.Forward(torch.Tensor, torch.Tensor, torch.Tensor, DropoutMasks?)"/> gives, in the type in which the head computes it; the caller's own, who may overwrite it.</summary>
    torch.Tensor ProductLogits(torch.Tensor prefix, torch.Tensor tokenIds, torch.Tensor outputs, DropoutMasks? dropout);
}
