namespace ClipGpt2.Captioning;

/// <summary>The base of every error that a caller of this library can cause and act on.</summary>
/// <remarks>The message names the file, the field and what would have been right.</remarks>
public class CaptioningException : Exception
{
    /// <summary>Creates the exception with a general message.</summary>
    public CaptioningException()
        : this("The captioning library could not do what it was asked.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What went wrong, where, and the remedy.</param>
    public CaptioningException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">What went wrong, where, and the remedy.</param>
    /// <param name="innerException">What caused it.</param>
    public CaptioningException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
