using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training;

/// <summary>Writes the epochs of a training run as JSON Lines, <c>NAME_TIMESTAMP.history.jsonl</c>, and reads such files.</summary>
/// <remarks>
/// One object an epoch: <c>epoch</c> (from 0), <c>step</c>, <c>train_loss</c>, <c>train_reward</c> (only where captions are
/// rewarded), <c>validation_loss</c>, <c>bertscore_precision</c>,
/// <c>bertscore_recall</c>, <c>bertscore_f1</c>, <c>seconds</c>, <c>learning_rate</c>, <c>is_best</c>, then the other metrics by their keys. What wasn't
/// measured, or is no finite number, is null. The file is written anew after each epoch, whole or not at all; a resumed run's begins with the epochs
/// that are behind it, so that none is there twice.
/// </remarks>
public sealed class TrainingHistory : ITrainingObserver
{
    private readonly string? _folder;

    /// <summary>Creates the observer of one run.</summary>
    /// <param name="folder">Where to write; null for beside the run's checkpoint.</param>
    public TrainingHistory(string? folder = null) => _folder = folder;

    /// <summary>The file; null before the run has started.</summary>
    public string? Path { get; private set; }

    /// <summary>Reads a history.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its epochs; a loss that is null in the file is NaN, a validation or BERTScore that is null wasn't made.</returns>
    /// <exception cref="CaptioningException">The file can't be read, or a line isn't an epoch; the message names the line and the key.</exception>
    public static IReadOnlyList<EpochFigures> Read(string path) =>
    [
        .. TextFile.Lines(path, "a training history").Where(line => !string.IsNullOrWhiteSpace(line.Line)).Select(line => HistoryLine.Read(line.Line, $"'{path}', line {line.Number}")),
    ];

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">There is nowhere to write, or the file can't be written.</exception>
    public void Started(TrainingRun run)
    {
        Path = _folder is not null ? System.IO.Path.Combine(_folder, $"{run.Name}.history.jsonl")
            : run.CheckpointPath is not null ? System.IO.Path.ChangeExtension(run.CheckpointPath, ".history.jsonl")
            : throw new CaptioningException($"The history of the run '{run.Name}' has no place: the run writes no checkpoint, so name a folder for the {nameof(TrainingHistory)}.");
        Write(run.History);
    }

    /// <inheritdoc/>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void EpochEnded(IReadOnlyList<EpochFigures> history) => Write(history);

    private void Write(IReadOnlyList<EpochFigures> history) => AtomicFile.Write(Path!, stream =>
    {
        foreach (var epoch in history)
        {
            HistoryLine.Write(epoch, stream);
        }
    });
}
