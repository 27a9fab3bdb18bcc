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

    /// <summary>The shape of what <see cref="EmbedTokens"/> gives.</summary>
    FeatureShape Tokens { get; }

    /// <summary>Whether the first token is a class token, and no patch.</summary>
    bool HasClassToken { get; }

    /// <summary>Encodes pictures, and gives the last hidden state of each token.</summary>
    /// <param name="pixels">[B, C, S, S].</param>
    /// <param name="first">The number of tokens to leave out at the beginning.</param>
    /// <returns>float32 [B, T - first, H].</returns>
    torch.Tensor EmbedTokens(torch.Tensor pixels, int first);

    /// <summary>Encodes pictures and keeps what lies on the way.</summary>
    /// <param name="pixels">[B, C, S, S].</param>
    /// <param name="hiddenStates">Whether to keep every block's or stage's output.</param>
    EncoderOutput Forward(torch.Tensor pixels, bool hiddenStates);
}
