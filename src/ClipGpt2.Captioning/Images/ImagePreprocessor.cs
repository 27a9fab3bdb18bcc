using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Images.Resampling;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Images;

/// <summary>Turns pictures into the numbers that an image encoder takes.</summary>
/// <remarks>
/// Equal bit for bit to Hugging Face's slow <c>CLIPImageProcessor</c> (or OpenAI's <c>clip._transform</c>) on the same decoded pixels. Only the part
/// of a picture that the crop needs is resized. Immutable; any number of threads may use one.
/// </remarks>
public sealed class ImagePreprocessor
{
    private readonly NormalizationTable _table;

    /// <summary>Creates a preprocessor.</summary>
    /// <param name="options">What to do; null for the preprocessing of ViT-B/32.</param>
    /// <exception cref="CaptioningException">Values are out of range; the message names all of them.</exception>
    public ImagePreprocessor(ImagePreprocessorOptions? options = null)
    {
        Options = options ?? new ImagePreprocessorOptions();
        Options.Validate(nameof(ImagePreprocessorOptions));
        _table = new NormalizationTable(Options);
    }

    /// <summary>The preprocessing of CLIP ViT-B/32 in Hugging Face's form, known as <c>clip-vit-base-patch32</c>.</summary>
    public static ImagePreprocessor ClipVitBasePatch32 { get; } = new();

    /// <summary>What this preprocessor does.</summary>
    public ImagePreprocessorOptions Options { get; }

    /// <summary>The size of the result where it doesn't depend on the picture; else null.</summary>
    internal ImageSize? FixedSize => this switch
    {
        { Options: { CenterCrop: true, CropSize: var size } } => size,
        { Options: { Resize: true, ExactSize: { } size } } => size,
        _ => null,
    };

    /// <summary>Reads a <c>preprocessor_config.json</c>, in its present or its old form.</summary>
    /// <param name="pathOrName">The file, a folder that holds one, or the name of a preset: <c>clip-vit-base-patch32</c>.</param>
    /// <returns>The preprocessor that the file describes.</returns>
    /// <exception cref="CaptioningException">There is no such file, or it describes another kind of preprocessing.</exception>
    public static ImagePreprocessor Load(string pathOrName) => pathOrName is "clip-vit-base-patch32" or "openai/clip-vit-base-patch32"
        ? ClipVitBasePatch32
        : new ImagePreprocessor(PreprocessorConfig.Read(pathOrName));

    /// <summary>Reads the text of a <c>preprocessor_config.json</c>.</summary>
    /// <param name="json">The text.</param>
    /// <returns>The preprocessor that it describes.</returns>
    /// <exception cref="CaptioningException">It isn't JSON or describes another kind of preprocessing.</exception>
    internal static ImagePreprocessor Parse(string json) => new(PreprocessorConfig.Parse(json, PreprocessorConfig.FileName));

    /// <summary>The size of the result for a picture of a given size.</summary>
    /// <param name="picture">The picture's size.</param>
    /// <returns>The size of the crop, or of the resized picture where nothing is cropped.</returns>
    public ImageSize OutputSize(ImageSize picture) => Geometry(picture).Crop;

    /// <summary>The pixels that the model sees, before they become floating-point numbers.</summary>
    /// <param name="image">The picture.</param>
    /// <returns>uint8 [H, W, 3] after resizing and cropping.</returns>
    /// <exception cref="CaptioningException">The picture's mode or proportions aren't what the options take.</exception>
    public RgbImage Crop(DecodedImage image)
    {
        using var crop = CropToRgbOrGrey(image);
        return RgbConversion.Pack(crop);
    }

    /// <summary>Preprocesses a picture into memory of the caller's, such as one row of a batch.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="destination">float32 [3, H, W] of <see cref="OutputSize"/>.</param>
    /// <exception cref="CaptioningException">The picture's mode or proportions aren't what the options take.</exception>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void Preprocess(DecodedImage image, Span<float> destination)
    {
        using var crop = CropToRgbOrGrey(image);
        var plane = crop.Width * crop.Height;
        if (destination.Length != 3 * plane)
        {
            throw new ArgumentException($"The result takes {3 * plane} numbers (3 x {crop.Height} x {crop.Width}), not {destination.Length}.", nameof(destination));
        }

        Normalize(crop, destination[..plane], destination.Slice(plane, plane), destination[(2 * plane)..]);
    }

    /// <summary>Preprocesses pictures into one batch.</summary>
    /// <param name="images">The pictures, at least one; the results must have one size.</param>
    /// <returns>float32 [B, 3, H, W] on the CPU, the caller's own.</returns>
    /// <exception cref="CaptioningException">A picture's mode or proportions aren't what the options take, or the results differ in size.</exception>
    public torch.Tensor Preprocess(IReadOnlyList<DecodedImage> images)
    {
        TorchRuntime.Load();
        ArgumentOutOfRangeException.ThrowIfZero(images.Count);
        var size = OutputSize(new ImageSize(images[0].Width, images[0].Height));
        if (images.FirstOrDefault(i => OutputSize(new ImageSize(i.Width, i.Height)) != size) is { } other)
        {
            throw new CaptioningException(
                $"Without a fixed size, pictures of {images[0].Width} x {images[0].Height} and {other.Width} x {other.Height} don't fit into one batch; preprocess them one by one.");
        }

        var batch = torch.empty([images.Count, 3, size.Height, size.Width], torch.ScalarType.Float32);
        try
        {
            var all = MemoryMarshal.Cast<byte, float>(batch.bytes);
            var each = 3 * size.Height * size.Width;
            for (var i = 0; i < images.Count; i++)
            {
                Preprocess(images[i], all.Slice(i * each, each));
            }

            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    internal CropGeometry Geometry(ImageSize picture) => CropGeometry.Of(Options.Squash ?? picture, Options);

    private DecodedImage CropToRgbOrGrey(DecodedImage image)
    {
        if (!Options.ConvertRgb && image.Mode != PixelMode.Rgb)
        {
            throw new CaptioningException(
                $"The picture's mode is {image.Mode.PillowName()}, and the preprocessor's do_convert_rgb is false; convert it to RGB first, or set do_convert_rgb.");
        }

        if (Options.Squash is { } size)
        {
            using var rgb = RgbConversion.IsPlain(image.Mode) ? null : RgbConversion.ToRgbOrGrey(image);
            using var squashed = (rgb ?? image).Resize(size.Width, size.Height);
            return Cut(squashed);
        }

        if (Options.Transform == ImageTransform.HuggingFace && !RgbConversion.IsPlain(image.Mode))
        {
            using var rgb = RgbConversion.ToRgbOrGrey(image);
            return Cut(rgb);
        }

        var cut = Cut(image);
        if (RgbConversion.IsPlain(cut.Mode))
        {
            return cut;
        }

        using (cut)
        {
            return RgbConversion.ToRgbOrGrey(cut);
        }
    }

    /// <summary>Resizes and crops in the picture's own mode.</summary>
    private DecodedImage Cut(DecodedImage image)
    {
        var geometry = CropGeometry.Of(new ImageSize(image.Width, image.Height), Options);
        var request = new ResampleRequest(geometry.Resized.Width, geometry.Resized.Height, Options.Resample);
        var window = geometry.Visible;
        var visible = Resampler.Resize(image, request, window);
        if (window.Width == geometry.Crop.Width && window.Height == geometry.Crop.Height)
        {
            return visible;
        }

        using (visible)
        {
            return WithBorder(visible, geometry, window);
        }
    }

    private static DecodedImage WithBorder(DecodedImage visible, CropGeometry geometry, PixelWindow window)
    {
        var framed = new DecodedImage(geometry.Crop.Width, geometry.Crop.Height, visible.Mode) { Palette = visible.Palette };
        framed.Pixels.Clear();
        var left = (window.Left - geometry.Left) * visible.BytesPerPixel;
        for (var y = 0; y < visible.Height; y++)
        {
            var row = framed.Pixels.Slice((y + window.Top - geometry.Top) * framed.Stride, framed.Stride);
            visible.Pixels.Slice(y * visible.Stride, visible.Stride).CopyTo(row[left..]);
        }

        return framed;
    }

    private void Normalize(DecodedImage crop, Span<float> red, Span<float> green, Span<float> blue)
    {
        var pixels = crop.Pixels;
        var step = crop.BytesPerPixel;
        var (g, b) = step == 1 ? (0, 0) : (1, 2);
        var reds = _table.Channel(0);
        var greens = _table.Channel(1);
        var blues = _table.Channel(2);
        for (int i = 0, o = 0; o < red.Length; i += step, o++)
        {
            red[o] = reds[pixels[i]];
            green[o] = greens[pixels[i + g]];
            blue[o] = blues[pixels[i + b]];
        }
    }
}
