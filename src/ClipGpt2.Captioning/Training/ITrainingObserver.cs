namespace ClipGpt2.Captioning.Training;

/// <summary>Watches a training run: plots, reports, event files and displays are observers.</summary>
/// <remarks>
/// Called on the trainer's own thread, one call at a time, in the order of the run; training waits, so be quick. An exception ends the run as any
/// error does. Whoever created an observer disposes it, if it can be.
/// </remarks>
public interface ITrainingObserver
{
    /// <summary>The run is set up; nothing is trained yet.</summary>
    /// <param name="run">What will be trained, and on what.</param>
    void Started(TrainingRun run)
    {
    }

    /// <summary>An optimizer's step was made.</summary>
    /// <param name="progress">Where the run is.</param>
    void Stepped(TrainingProgress progress)
    {
    }

    /// <summary>The model was validated.</summary>
    /// <param name="validation">What was found.</param>
    void Validated(ValidationFigures validation)
    {
    }

    /// <summary>An epoch ended, its validation included.</summary>
    /// <param name="history">All epochs so far, this one last.</param>
    void EpochEnded(IReadOnlyList<EpochFigures> history)
    {
    }

    /// <summary>A checkpoint was written.</summary>
    /// <param name="checkpoint">Which, where and why.</param>
    void CheckpointSaved(SavedCheckpoint checkpoint)
    {
    }

    /// <summary>The run is over, also after a cancellation or an error.</summary>
    /// <param name="result">How it ended.</param>
    void Ended(TrainingResult result)
    {
    }
}
