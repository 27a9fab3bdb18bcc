namespace ClipGpt2.Captioning.Runtime;

/// <summary>libtorch, TorchSharp's native library, is missing, doesn't fit this system, or lacks what was asked of it.</summary>
public sealed class NativeBackendException : CaptioningException
{
    /// <summary>Creates the exception with a general message.</summary>
    public NativeBackendException()
        : this("libtorch could not be loaded.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is missing and how to get it.</param>
    public NativeBackendException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">What is missing and how to get it.</param>
    /// <param name="innerException">What caused it.</param>
    public NativeBackendException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
