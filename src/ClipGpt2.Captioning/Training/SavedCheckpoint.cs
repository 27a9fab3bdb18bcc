namespace ClipGpt2.Captioning.Training;

/// <summary>A checkpoint that was written.</summary>
/// <param name="Kind">Why it was written.</param>
/// <param name="Path">The file.</param>
/// <param name="Step">How many optimizer steps its weights have behind them.</param>
/// <param name="Figures">The validation that it follows; null where there was none.</param>
public sealed record SavedCheckpoint(CheckpointKind Kind, string Path, long Step, ValidationFigures? Figures);

/// <summary>Why a checkpoint is written.</summary>
public enum CheckpointKind
{
    /// <summary>It is the best by the run's figure.</summary>
    Best,

    /// <summary>It is the newest.</summary>
    Last,

    /// <summary>The complete state of the run, to resume it from.</summary>
    State,
}
