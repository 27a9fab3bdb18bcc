using System.Security.Cryptography;
using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Tool.Inspection;

/// <summary>A picture as a model sees it.</summary>
/// <param name="File">The file, as it was named on the command line.</param>
/// <param name="Width">The width of the decoded picture.</param>
/// <param name="Height">The height of the decoded picture.</param>
/// <param name="RgbSha256">Over the decoded picture, uint8 [h, w, 3].</param>
/// <param name="CropSha256">Over what is left after resizing and cropping, uint8 [h, w, 3].</param>
internal sealed record PictureReport(string File, int Width, int Height, string RgbSha256, string CropSha256);

/// <summary>Decodes and crops pictures as Python does, and takes fingerprints on the way.</summary>
internal sealed class PictureInspector
{
    private static readonly ImageDecodingOptions PillowParity = new() { Fidelity = ImageFidelity.Pillow };

    private readonly IImageDecoder _decoder;
    private readonly ImagePreprocessor _preprocessor;

    private PictureInspector(IImageDecoder decoder, ImagePreprocessor preprocessor)
    {
        _decoder = decoder;
        _preprocessor = preprocessor;
    }

    /// <summary>Loads a model's preprocessing.</summary>
    /// <exception cref="CaptioningException">The model has none, or the size to squash to is out of range.</exception>
    public static PictureInspector Create(string model, PictureTransform transform) =>
        new(new SkiaImageDecoder(), new ImagePreprocessor(ImagePreprocessor.Load(model).Options with { Transform = transform.Order, Squash = transform.Squash }));

    /// <summary>Looks at a picture.</summary>
    /// <exception cref="ImageDecodingException">It can't be read.</exception>
    public PictureReport Look(string file)
    {
        using var picture = _decoder.Decode(file, PillowParity);
        return new(file, picture.Width, picture.Height, Hash(picture.ToRgb()), Hash(_preprocessor.Crop(picture)));
    }

    private static string Hash(RgbImage image) => Convert.ToHexStringLower(SHA256.HashData(image.Pixels.Span));
}
