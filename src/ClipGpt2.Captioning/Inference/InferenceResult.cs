namespace ClipGpt2.Captioning.Inference;

/// <summary>What came of a run.</summary>
/// <param name="Captions">The rows of the table: picture by picture, and for each model by model.</param>
/// <param name="Failures">What was left out: models in their order, then pictures in theirs.</param>
/// <param name="IsWritten">Whether the table was written: it is if a model could be used.</param>
public sealed record InferenceResult(IReadOnlyList<InferredCaption> Captions, IReadOnlyList<InferenceFailure> Failures, bool IsWritten);
