using System.Security.Cryptography;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Tool.Embedding;

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
    private readonly IImageDecoder _decoder = new SkiaImageDecoder();
    private readonly ImagePreprocessor _preprocessor;
    private readonly ImageDecodingOptions _decoding;

    private PictureInspector(ImagePreprocessor preprocessor, ImageDecodingOptions decoding)
    {
        _preprocessor = preprocessor;
        _decoding = decoding;
    }

    /// <summary>Loads a model's preprocessing.</summary>
    /// <param name="model">A captioner's folder, a model's, or the name of a known preprocessing.</param>
    /// <param name="transform">The order of steps; null for the model's own.</param>
    /// <param name="decoding">How pictures are decoded.</param>
    /// <exception cref="CaptioningException">The model has none, or the size to squash to is out of range.</exception>
    public static PictureInspector Create(string model, PictureTransform? transform, ImageDecodingOptions decoding)
    {
        var own = EncoderSource.Preprocessor(model);
        return new(transform is null ? own : new ImagePreprocessor(own.Options with { Transform = transform.Order, Squash = transform.Squash }), decoding);
    }

    /// <summary>Looks at a picture.</summary>
    /// <exception cref="ImageDecodingException">It can't be read.</exception>
    public PictureReport Look(string file)
    {
        using var picture = _decoder.Decode(file, _decoding);
        return new(file, picture.Width, picture.Height, Hash(picture.ToRgb()), Hash(_preprocessor.Crop(picture)));
    }

    private static string Hash(RgbImage image) => Convert.ToHexStringLower(SHA256.HashData(image.Pixels.Span));
}
