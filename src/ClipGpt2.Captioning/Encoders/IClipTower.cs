using TorchSharp;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>An image tower of CLIP, with its projection.</summary>
/// <remarks>The layers are the owner's. Safe from any number of threads.</remarks>
internal interface IClipTower
{
    IClipTowerConfig Config { get; }

    /// <summary>Encodes pictures.</summary>
    /// <param name="pixels">[B, C, S, S].</param>
    /// <returns>float32 [B, D], not normalised.</returns>
    torch.Tensor Embed(torch.Tensor pixels);

    /// <summary>Encodes pictures and keeps what lies on the way.</summary>
    /// <param name="pixels">[B, C, S, S].</param>
    /// <param name="hiddenStates">Whether to keep every block's or stage's output.</param>
    EncoderOutput Forward(torch.Tensor pixels, bool hiddenStates);
}
