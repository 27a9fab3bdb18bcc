namespace ClipGpt2.Captioning.Weights;

/// <summary>A file of weights asks for more than data: for a class, a function or an instruction that isn't known to be harmless.</summary>
/// <remarks>Nothing of what it asks for was looked up, called or written. A file from a training script may be harmless and still ask for a class of that script.</remarks>
public class UnsafeCheckpointException : CheckpointFormatException
{
    /// <summary>Creates the exception with a general message.</summary>
    public UnsafeCheckpointException()
        : this("The file of weights asks for something that could run code.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The file, what it asks for, and the remedy.</param>
    public UnsafeCheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">The file, what it asks for, and the remedy.</param>
    /// <param name="innerException">What caused it.</param>
    public UnsafeCheckpointException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
