using ClipGpt2.Captioning.Encoders.Transformer;

namespace ClipGpt2.Captioning.Encoders.ResNet;

/// <summary>The sizes of CLIP's ModifiedResNet.</summary>
/// <param name="Layers">The blocks of each of the four stages: 3, 4, 6, 3 for RN50.</param>
/// <param name="Width">The channels behind the stem: 64 for RN50.</param>
/// <param name="Heads">The heads of the attention pool.</param>
/// <param name="ImageSize">The side S of the pictures.</param>
/// <param name="ProjectionSize">The size D of an embedding.</param>
internal sealed record ModifiedResNetConfig(IReadOnlyList<int> Layers, int Width, int Heads, int ImageSize, int ProjectionSize) : IClipTowerConfig
{
    /// <summary>What stem and stages divide the side of a picture by.</summary>
    public const int Reduction = 32;

    /// <summary>The channels that the last stage gives.</summary>
    public int PooledSize => Width * Reduction;

    /// <summary>The positions in a row or a column of the last stage's output.</summary>
    public int Grid => ImageSize / Reduction;

    public IClipTower CreateTower(LayerLoader layers) => new ModifiedResNet(this, layers);
}
