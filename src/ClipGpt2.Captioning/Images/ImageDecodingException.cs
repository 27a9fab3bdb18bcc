namespace ClipGpt2.Captioning.Images;

/// <summary>A picture can't be decoded: it is none, is damaged, is of a form that isn't read, or exceeds the limits.</summary>
public class ImageDecodingException : CaptioningException
{
    /// <summary>Creates the exception with a general message.</summary>
    public ImageDecodingException()
        : this("The picture could not be decoded.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The file, the field and what would have been right.</param>
    public ImageDecodingException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">The file, the field and what would have been right.</param>
    /// <param name="innerException">What caused it.</param>
    public ImageDecodingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The picture's file, or the name that its source was given; null where it came from memory or a stream without a name.</summary>
    public string? FileName { get; init; }
}
