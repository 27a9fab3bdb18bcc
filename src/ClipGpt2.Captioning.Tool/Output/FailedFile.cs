namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>A file that could not be worked on, as a JSON line tells it.</summary>
internal sealed record FailedFile(string File, string Error);
