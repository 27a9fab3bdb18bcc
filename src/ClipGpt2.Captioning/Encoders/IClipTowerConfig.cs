using ClipGpt2.Captioning.Layers;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>The sizes of an image tower of CLIP, of either kind.</summary>
internal interface IClipTowerConfig
{
    /// <summary>The side S of the pictures in pixels.</summary>
    int ImageSize { get; }

    /// <summary>The size D of an embedding.</summary>
    int ProjectionSize { get; }

    /// <summary>Makes the tower out of named weights.</summary>
    IClipTower CreateTower(LayerLoader layers);
}
