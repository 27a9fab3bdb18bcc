namespace ClipGpt2.Captioning.Images;

/// <summary>A colour of three 8-bit channels.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct RgbColor(byte R, byte G, byte B)
{
    /// <summary>White.</summary>
    public static RgbColor White => new(255, 255, 255);
}
