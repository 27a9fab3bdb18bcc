namespace ClipGpt2.Captioning.Training;

/// <summary>A training run's loss or gradient became infinite or no number.</summary>
/// <remarks>No weight was changed by the step that found it, and no checkpoint or state was written after it.</remarks>
public sealed class TrainingDivergedException : CaptioningException
{
    /// <summary>Creates the exception with a general message.</summary>
    public TrainingDivergedException()
        : this("The training has diverged.")
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What isn't finite, at which step, and what to do.</param>
    public TrainingDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception over its cause.</summary>
    /// <param name="message">What isn't finite, at which step, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public TrainingDivergedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
