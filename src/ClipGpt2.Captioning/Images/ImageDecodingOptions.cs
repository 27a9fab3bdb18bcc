namespace ClipGpt2.Captioning.Images;

/// <summary>How pictures are decoded, and how large they may be.</summary>
public sealed class ImageDecodingOptions
{
    /// <summary>The default of <see cref="MaxPixels"/>.</summary>
    internal const long DefaultMaxPixels = 64_000_000;

    /// <summary>The default of <see cref="MaxFileBytes"/>.</summary>
    internal const long DefaultMaxFileBytes = 256L << 20;

    /// <summary>Whose view to give where the two differ.</summary>
    /// <value>The default is <see cref="ImageFidelity.Pillow"/>, so that captions equal the reference programs'.</value>
    public ImageFidelity Fidelity { get; set; } = ImageFidelity.Pillow;

    /// <summary>Whether to turn the picture by its EXIF orientation.</summary>
    /// <value>The default is null: what <see cref="Fidelity"/> says. TIFF files are always turned, as Pillow does while loading.</value>
    public bool? ApplyOrientation { get; set; }

    /// <summary>The colour to lay under transparent pictures.</summary>
    /// <value>The default is null: what <see cref="Fidelity"/> says, which is to drop transparency in <see cref="ImageFidelity.Pillow"/>.</value>
    public RgbColor? AlphaBackground { get; set; }

    /// <summary>The most pixels a picture may have, judged by its header before memory is taken for them.</summary>
    /// <value>The default is 64 million.</value>
    public long MaxPixels { get; set; } = DefaultMaxPixels;

    /// <summary>The most bytes a picture's file may have.</summary>
    /// <value>The default is 256 MB.</value>
    public long MaxFileBytes { get; set; } = DefaultMaxFileBytes;

    internal bool TurnsByOrientation => ApplyOrientation ?? Fidelity == ImageFidelity.Viewer;

    internal RgbColor? Background => AlphaBackground ?? (Fidelity == ImageFidelity.Viewer ? RgbColor.White : null);

    /// <summary>Throws one error that names all values out of range.</summary>
    internal void Validate()
    {
        List<string> wrong = [];
        if (!Enum.IsDefined(Fidelity))
        {
            wrong.Add($"{nameof(Fidelity)} is {(int)Fidelity}; give a named value");
        }

        if (MaxPixels is < 1 or > int.MaxValue)
        {
            wrong.Add($"{nameof(MaxPixels)} is {MaxPixels}; give 1 to {int.MaxValue}");
        }

        if (MaxFileBytes is < 1 or > int.MaxValue)
        {
            wrong.Add($"{nameof(MaxFileBytes)} is {MaxFileBytes}; give 1 to {int.MaxValue}");
        }

        if (wrong.Count > 0)
        {
            throw new CaptioningException($"{nameof(ImageDecodingOptions)}: {string.Join("; ", wrong)}.");
        }
    }
}
