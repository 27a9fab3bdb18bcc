using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning.Pipeline;

/// <summary>How pictures become an encoder's pixels.</summary>
/// <param name="Preprocessor">What is done to the decoded picture.</param>
/// <param name="Decoder">What decodes it.</param>
/// <param name="Decoding">How it is decoded.</param>
internal sealed record ImagePreparation(ImagePreprocessor Preprocessor, IImageDecoder Decoder, ImageDecodingOptions Decoding)
{
    public ImagePreparation(ImagePreprocessor preprocessor, CaptionerOptions options)
        : this(preprocessor, options.ImageDecoder, options.ImageDecoding)
    {
    }

    /// <summary>Whether to note what each picture's file was when it was decoded.</summary>
    public bool Stamped { get; init; }
}
