namespace ClipGpt2.Captioning.Inference;

/// <summary>What one model says of one picture: a row of the table.</summary>
/// <param name="ImageId">The picture's file name.</param>
/// <param name="ModelName">The model's file name.</param>
/// <param name="Caption">The caption.</param>
public sealed record InferredCaption(string ImageId, string ModelName, string Caption);
