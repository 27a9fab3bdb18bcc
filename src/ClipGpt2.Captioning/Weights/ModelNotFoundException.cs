namespace ClipGpt2.Captioning.Weights;

/// <summary>There is no model, or no file of a model, at the place that was named.</summary>
public sealed class ModelNotFoundException : CaptioningException
{
    /// <summary>Creates the exception with a general message.</summary>
    public ModelNotFoundException()
        : this("The model was not found.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was looked for, where, and the remedy.</param>
    public ModelNotFoundException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">What was looked for, where, and the remedy.</param>
    /// <param name="innerException">What caused it.</param>
    public ModelNotFoundException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
