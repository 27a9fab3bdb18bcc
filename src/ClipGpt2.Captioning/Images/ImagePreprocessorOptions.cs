using ClipGpt2.Captioning.Images.Resampling;

namespace ClipGpt2.Captioning.Images;

/// <summary>Which program's order of steps an <see cref="ImagePreprocessor"/> follows.</summary>
public enum ImageTransform
{
    /// <summary>Hugging Face's slow <c>CLIPImageProcessor</c>: to RGB, then resize; crop at the floor of half the excess.</summary>
    HuggingFace,

    /// <summary>
    /// OpenAI's <c>clip._transform</c>: resize and crop in the picture's own mode, then to RGB; crop at half the excess, rounded to even.
    /// Palette and black-and-white pictures are resized without a filter, transparent ones with premultiplied alpha.
    /// </summary>
    OpenAi,
}

/// <summary>A width and a height in pixels.</summary>
/// <param name="Width">The width.</param>
/// <param name="Height">The height.</param>
public readonly record struct ImageSize(int Width, int Height);

/// <summary>What an <see cref="ImagePreprocessor"/> does, in the order of the properties; the defaults are those of ViT-B/32.</summary>
public sealed record ImagePreprocessorOptions
{
    /// <summary>The order of steps.</summary>
    /// <value>The default is <see cref="ImageTransform.HuggingFace"/>.</value>
    public ImageTransform Transform { get; init; }

    /// <summary>A size that pictures are squashed to first, in RGB and with the bicubic filter, as the reference program does with its <c>image_size</c>.</summary>
    /// <value>The default is null: pictures keep their proportions.</value>
    /// <remarks>The reference program documents [H, W] but hands its two numbers to Pillow as (width, height).</remarks>
    public ImageSize? Squash { get; init; }

    /// <summary>Whether pictures of other modes are turned to RGB (<c>do_convert_rgb</c>); else they are refused.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool ConvertRgb { get; init; } = true;

    /// <summary>Whether pictures are resized (<c>do_resize</c>).</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Resize { get; init; } = true;

    /// <summary>The length of the shorter side after resizing, which keeps the proportions (<c>size.shortest_edge</c>).</summary>
    /// <value>The default is 224.</value>
    public int ShortestEdge { get; init; } = 224;

    /// <summary>The size to resize to whatever the proportions (<c>size.height</c>, <c>size.width</c>).</summary>
    /// <value>The default is null: <see cref="ShortestEdge"/> holds.</value>
    public ImageSize? ExactSize { get; init; }

    /// <summary>The filter (<c>resample</c>).</summary>
    /// <value>The default is <see cref="ResampleFilter.Bicubic"/>.</value>
    public ResampleFilter Resample { get; init; } = ResampleFilter.Bicubic;

    /// <summary>Whether the middle is cut out (<c>do_center_crop</c>).</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool CenterCrop { get; init; } = true;

    /// <summary>The size that is cut out; smaller pictures get a black border (<c>crop_size</c>).</summary>
    /// <value>The default is 224 x 224.</value>
    public ImageSize CropSize { get; init; } = new(224, 224);

    /// <summary>Whether pixel values are multiplied by <see cref="RescaleFactor"/> (<c>do_rescale</c>).</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Rescale { get; init; } = true;

    /// <summary>What pixel values are multiplied by (<c>rescale_factor</c>).</summary>
    /// <value>The default is 1 / 255.</value>
    public double RescaleFactor { get; init; } = 1 / 255.0;

    /// <summary>Whether the mean is subtracted and the deviation divided out (<c>do_normalize</c>).</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Normalize { get; init; } = true;

    /// <summary>The means of red, green and blue (<c>image_mean</c>).</summary>
    /// <value>The default is CLIP's: 0.48145466, 0.4578275, 0.40821073.</value>
    public IReadOnlyList<double> Mean { get; init; } = [0.48145466, 0.4578275, 0.40821073];

    /// <summary>The standard deviations of red, green and blue (<c>image_std</c>).</summary>
    /// <value>The default is CLIP's: 0.26862954, 0.26130258, 0.27577711.</value>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [0.26862954, 0.26130258, 0.27577711];

    /// <summary>Throws one error that names all values out of range.</summary>
    internal void Validate(string source)
    {
        List<string> wrong = [];
        Check(Enum.IsDefined(Transform), $"the transform {(int)Transform} isn't known");
        Check(Enum.IsDefined(Resample), $"resample is {(int)Resample}; Pillow's filters are 0 to 5");
        Check(IsSide(ShortestEdge), $"size.shortest_edge is {ShortestEdge}; give 1 to {MaxSide}");
        CheckSize(Squash, "the size to squash to");
        CheckSize(ExactSize, "size");
        CheckSize(CropSize, "crop_size");
        Check(double.IsFinite(RescaleFactor), $"rescale_factor is {RescaleFactor}; give a finite number");
        Check(Mean.Count == 3 && Mean.All(double.IsFinite), "image_mean must be three finite numbers");
        Check(StandardDeviation.Count == 3 && StandardDeviation.All(d => double.IsFinite(d) && d != 0), "image_std must be three finite numbers other than 0");
        if (wrong.Count > 0)
        {
            throw new CaptioningException($"{source}: {string.Join("; ", wrong)}.");
        }

        void Check(bool right, string problem)
        {
            if (!right)
            {
                wrong.Add(problem);
            }
        }

        void CheckSize(ImageSize? size, string name) =>
            Check(size is not { } s || (IsSide(s.Width) && IsSide(s.Height)), $"{name} is {size?.Height} x {size?.Width}; give sides of 1 to {MaxSide}");

        static bool IsSide(int side) => side is >= 1 and <= MaxSide;
    }

    private const int MaxSide = 1 << 14;
}
