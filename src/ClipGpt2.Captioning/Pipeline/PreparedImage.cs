using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>A picture that is ready for the encoder, or the error that kept it from being so.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Pixels">float32 [3, H, W]; empty where there is an error.</param>
/// <param name="Size">H and W.</param>
/// <param name="Error">Why there are no pixels, or null.</param>
internal sealed record PreparedImage(ImageSource Source, float[] Pixels, ImageSize Size, CaptioningException? Error)
{
    /// <summary>Its place among all pictures of the call.</summary>
    public long Number { get; init; }

    /// <summary>Decodes and preprocesses; an error that the picture causes becomes part of the result.</summary>
    public static PreparedImage From(ImageSource source, ImagePreprocessor preprocessor, CaptionerOptions options)
    {
        try
        {
            using var image = source.Decode(options.ImageDecoder, options.ImageDecoding);
            var size = preprocessor.OutputSize(new ImageSize(image.Width, image.Height));
            var pixels = GC.AllocateUninitializedArray<float>(3 * size.Height * size.Width);
            preprocessor.Preprocess(image, pixels);
            return new PreparedImage(source, pixels, size, null);
        }
        catch (CaptioningException e)
        {
            return new PreparedImage(source, [], default, e);
        }
    }
}
