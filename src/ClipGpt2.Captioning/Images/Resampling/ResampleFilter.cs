namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>Pillow's resampling filters, with the numbers that <c>preprocessor_config.json</c> uses.</summary>
/// <remarks>All but <see cref="Nearest"/> are antialiased: the filter widens when a picture shrinks.</remarks>
public enum ResampleFilter
{
    /// <summary>The pixel that lies there.</summary>
    Nearest = 0,

    /// <summary>A sinc windowed by its own centre, radius 3.</summary>
    Lanczos = 1,

    /// <summary>A triangle, radius 1.</summary>
    Bilinear = 2,

    /// <summary>Cubic convolution with a = -0.5, radius 2.</summary>
    Bicubic = 3,

    /// <summary>The mean of the pixels below.</summary>
    Box = 4,

    /// <summary>A sinc in a Hamming window, radius 1.</summary>
    Hamming = 5,
}
