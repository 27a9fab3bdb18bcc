namespace ClipGpt2.Captioning.Inference;

/// <summary>What a run writes can't be written, which ends it: no picture and no model is at fault.</summary>
internal sealed class InferenceOutputException(string message, Exception cause) : CaptioningException(message, cause);
