namespace ClipGpt2.Captioning.Images;

/// <summary>Turns an encoded picture into pixels.</summary>
/// <remarks>
/// Implementations hold no state between calls, so that any number of threads may share one. They judge a picture by its content, never by its
/// name, and by its header before they take memory for its pixels.
/// </remarks>
public interface IImageDecoder
{
    /// <summary>Decodes the first frame of a picture.</summary>
    /// <param name="encoded">The file's bytes from the current position to the end; it stays open. A <see cref="FileStream"/>'s name is used in messages.</param>
    /// <param name="options">Limits and how to treat orientation and transparency.</param>
    /// <returns>The pixels in the mode in which the file stores them where the decoder can tell, else in RGB; the caller's to dispose.</returns>
    /// <exception cref="ImageDecodingException">The bytes are no picture, a damaged one, one of an unknown form or one beyond the limits.</exception>
    DecodedImage Decode(Stream encoded, ImageDecodingOptions options);
}
