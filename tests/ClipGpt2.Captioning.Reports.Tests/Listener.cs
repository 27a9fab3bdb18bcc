using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Tests;

/// <summary>Does something at each moment of a run, given the name of the observer's method.</summary>
internal sealed class Listener(Action<string> react) : ITrainingObserver
{
    public void Started(TrainingRun run) => react(nameof(Started));

    public void Stepped(TrainingProgress progress) => react(nameof(Stepped));

    public void Validated(ValidationFigures validation) => react(nameof(Validated));

    public void EpochEnded(IReadOnlyList<EpochFigures> history) => react(nameof(EpochEnded));

    public void CheckpointSaved(SavedCheckpoint checkpoint) => react(nameof(CheckpointSaved));

    public void Ended(TrainingResult result) => react(nameof(Ended));
}
