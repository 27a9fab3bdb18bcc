namespace ClipGpt2.Captioning.Images;

/// <summary>A picture in RGB, packed: uint8 [H, W, 3], rows from the top.</summary>
/// <remarks>Immutable as long as the caller leaves the memory alone that it handed over.</remarks>
public sealed class RgbImage
{
    /// <summary>Wraps pixels without copying them.</summary>
    /// <param name="width">The width in pixels, at least 1.</param>
    /// <param name="height">The height in pixels, at least 1.</param>
    /// <param name="pixels">uint8 [H, W, 3].</param>
    /// <exception cref="ArgumentException">The sizes don't fit together.</exception>
    public RgbImage(int width, int height, ReadOnlyMemory<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != 3L * width * height)
        {
            throw new ArgumentException($"{width} x {height} pixels take {3L * width * height} bytes, not {pixels.Length}.", nameof(pixels));
        }

        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>The width in pixels.</summary>
    public int Width { get; }

    /// <summary>The height in pixels.</summary>
    public int Height { get; }

    /// <summary>uint8 [H, W, 3].</summary>
    public ReadOnlyMemory<byte> Pixels { get; }
}
