using ClipGpt2.Captioning.Layers;

namespace ClipGpt2.Captioning.Encoders.ResNet;

/// <summary>The sizes of CLIP's ModifiedResNet.</summary>
/// <param name="Layers">The blocks of each of the four stages: 3, 4, 6, 3 for RN50.</param>
/// <param name="Width">The channels W behind the stem: 64 for RN50.</param>
/// <param name="Heads">The heads of the attention pool, which divide its 32 W channels.</param>
/// <param name="ImageSize">The side S of the pictures, a multiple of 32.</param>
/// <param name="ProjectionSize">The size D of an embedding.</param>
public sealed record ModifiedResNetConfig(IReadOnlyList<int> Layers, int Width, int Heads, int ImageSize, int ProjectionSize) : IClipTowerConfig
{
    /// <summary>What stem and stages divide the side of a picture by.</summary>
    internal const int Reduction = 32;

    private const int Stages = 4;

    /// <summary>The channels that the last stage gives.</summary>
    internal int PooledSize => Width * Reduction;

    /// <summary>The positions in a row or a column of the last stage's output.</summary>
    internal int Grid => ImageSize / Reduction;

    IClipTower IClipTowerConfig.CreateTower(LayerLoader layers) => new ModifiedResNet(this, layers);

    /// <summary>Fails for sizes that no tower can have.</summary>
    /// <exception cref="CaptioningException">Lists every one.</exception>
    internal ModifiedResNetConfig Checked()
    {
        string[] errors =
        [
            .. Layers is { Count: Stages } && Layers.All(blocks => blocks > 0) ? Array.Empty<string>() : [$"{nameof(Layers)} must be {Stages} numbers above 0."],
            .. new[] { (nameof(Width), Width), (nameof(Heads), Heads), (nameof(ImageSize), ImageSize), (nameof(ProjectionSize), ProjectionSize) }
                .Where(size => size.Item2 < 1)
                .Select(size => $"{size.Item1} must be above 0, and is {size.Item2}."),
            .. Width % 2 == 0 ? Array.Empty<string>() : [$"{nameof(Width)} must be even, since the stem begins with half of it, and is {Width}."],
            .. Heads < 1 || PooledSize % Heads == 0 ? Array.Empty<string>() : [$"{nameof(Heads)} must divide the pool's channels ({PooledSize}), and is {Heads}."],
            .. ImageSize % Reduction == 0 ? Array.Empty<string>() : [$"{nameof(ImageSize)} must be a multiple of {Reduction}, and is {ImageSize}."],
        ];
        return errors.Length == 0 ? this : throw new CaptioningException($"{nameof(ModifiedResNetConfig)}: {string.Join(" ", errors)}");
    }
}
