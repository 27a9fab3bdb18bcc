namespace ClipGpt2.Captioning.Weights;

/// <summary>A file of weights or a model's configuration is damaged, is of another form, or doesn't hold what the model needs.</summary>
public class CheckpointFormatException : CaptioningException
{
    /// <summary>Creates the exception with a general message.</summary>
    public CheckpointFormatException()
        : this("The file of weights could not be read.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The file, the tensor or field, and what would have been right.</param>
    public CheckpointFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">The file, the tensor or field, and what would have been right.</param>
    /// <param name="innerException">What caused it.</param>
    public CheckpointFormatException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
