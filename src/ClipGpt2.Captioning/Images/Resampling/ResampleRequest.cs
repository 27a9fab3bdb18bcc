namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>A part of a picture, in its pixels, edges included between them; fractions are allowed.</summary>
/// <param name="Left">The left edge.</param>
/// <param name="Top">The upper edge.</param>
/// <param name="Right">The right edge.</param>
/// <param name="Bottom">The lower edge.</param>
internal readonly record struct ResampleBox(float Left, float Top, float Right, float Bottom);

/// <summary>What to resize to.</summary>
internal readonly record struct ResampleRequest(int Width, int Height, ResampleFilter Filter, ResampleBox? Box = null)
{
    /// <summary>The box, checked against the picture it is taken from.</summary>
    public ResampleBox BoxIn(int width, int height)
    {
        if (Width < 1 || Height < 1)
        {
            throw new ArgumentException($"A picture can't be resized to {Width} x {Height}; both sides must be at least 1.");
        }

        if (!Enum.IsDefined(Filter))
        {
            throw new ArgumentException($"There is no resampling filter {(int)Filter}; Pillow's are 0 to 5.");
        }

        var box = Box ?? new ResampleBox(0, 0, width, height);
        return box.Left >= 0 && box.Top >= 0 && box.Right <= width && box.Bottom <= height && box.Right >= box.Left && box.Bottom >= box.Top
            ? box
            : throw new ArgumentException($"The box {box} doesn't lie in a picture of {width} x {height}.");
    }
}

/// <summary>The part of a result that is wanted; only this much of it is computed.</summary>
internal readonly record struct PixelWindow(int Left, int Top, int Width, int Height)
{
    public static PixelWindow All(int width, int height) => new(0, 0, width, height);
}
