namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>A picture that is missing or broken.</summary>
/// <param name="Id">The picture's id.</param>
/// <param name="Name">Its path, or what its source calls it.</param>
/// <param name="Error">What is wrong with it.</param>
public sealed record BadImage(string Id, string Name, string Error);
