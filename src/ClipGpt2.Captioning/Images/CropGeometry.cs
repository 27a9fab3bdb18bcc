using ClipGpt2.Captioning.Images.Resampling;

namespace ClipGpt2.Captioning.Images;

/// <summary>Where the pixels that a model sees lie in a picture of a given size.</summary>
/// <param name="Resized">The size after resizing.</param>
/// <param name="Left">The column of the resized picture at which the crop begins; negative where it begins in the border.</param>
/// <param name="Top">The row of the resized picture at which the crop begins; negative where it begins in the border.</param>
/// <param name="Crop">The size of the crop, which is that of the result.</param>
internal readonly record struct CropGeometry(ImageSize Resized, int Left, int Top, ImageSize Crop)
{
    /// <summary>The part of the resized picture that shows in the crop.</summary>
    public PixelWindow Visible
    {
        get
        {
            var (left, top) = (Math.Max(Left, 0), Math.Max(Top, 0));
            return new PixelWindow(
                left,
                top,
                Math.Min(Left + Crop.Width, Resized.Width) - left,
                Math.Min(Top + Crop.Height, Resized.Height) - top);
        }
    }

    public static CropGeometry Of(ImageSize picture, ImagePreprocessorOptions options)
    {
        var resized = options.Resize ? ResizedSize(picture, options) : picture;
        if (!options.CenterCrop)
        {
            return new CropGeometry(resized, 0, 0, resized);
        }

        var left = Offset(resized.Width - options.CropSize.Width, options.Transform);
        var top = Offset(resized.Height - options.CropSize.Height, options.Transform);
        return new CropGeometry(resized, left, top, options.CropSize);
    }

    private static ImageSize ResizedSize(ImageSize picture, ImagePreprocessorOptions options)
    {
        if (options.ExactSize is { } exact)
        {
            return exact;
        }

        var (width, height) = picture;
        var longer = (long)options.ShortestEdge * Math.Max(width, height) / Math.Min(width, height);
        if (longer > int.MaxValue)
        {
            throw new CaptioningException($"A picture of {width} x {height} pixels is too narrow to resize its shorter side to {options.ShortestEdge}.");
        }

        return width <= height ? new ImageSize(options.ShortestEdge, (int)longer) : new ImageSize((int)longer, options.ShortestEdge);
    }

    /// <summary>Half the excess: rounded down by Hugging Face, to even by torchvision. A border has its larger half at the top and left either way.</summary>
    private static int Offset(int excess, ImageTransform transform) => transform == ImageTransform.OpenAi && excess >= 0
        ? (int)Math.Round(excess / 2.0, MidpointRounding.ToEven)
        : excess >> 1;
}
