using ClipGpt2.Captioning.Training.Checkpoints;

namespace ClipGpt2.Captioning.Training;

/// <summary>What a run writes: its checkpoints and its state.</summary>
internal sealed class RunFiles(CheckpointFiles files, CheckpointWriter writer, TrainedModel model, TrainingStep step, CheckpointOptions options, IReadOnlyDictionary<string, string> setup, RunWatch watch)
{
    public string? BestIfWritten => File.Exists(files.Best) ? files.Best : null;

    public string? LastIfWritten => File.Exists(files.Last) ? files.Last : null;

    /// <summary>Writes the weights (or their average, where it is in their place) as the best.</summary>
    public void SaveBest(RunState state, ValidationFigures? figures)
    {
        if (figures is not null)
        {
            Save(CheckpointKind.Best, files.Best, state, figures);
            return;
        }

        // Without a validation the newest weights are all there is.
        using var average = step.Average?.Apply();
        Save(CheckpointKind.Last, files.Best, state, null);
    }

    public void SaveLast(RunState state, ValidationFigures figures) => Save(CheckpointKind.Last, files.Last, state, figures);

    /// <summary>Writes all that a resumed run needs.</summary>
    public void SaveState(RunState state)
    {
        if (options.SaveState)
        {
            watch.Writing(CheckpointKind.State, state);
            StateFile.Write(files.State, model, step, state, setup);
            watch.Saved(new SavedCheckpoint(CheckpointKind.State, files.State, state.Step, state.Newest));
        }
    }

    private void Save(CheckpointKind kind, string path, RunState state, ValidationFigures? figures)
    {
        watch.Writing(kind, state);
        writer.Write(path, state.EpochSteps == 0 ? double.NaN : state.LossSum / state.EpochSteps, figures);
        watch.Saved(new SavedCheckpoint(kind, path, state.Step, figures));
    }
}
