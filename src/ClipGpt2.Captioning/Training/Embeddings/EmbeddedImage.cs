namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>A picture of a store and its embedding, as they are written.</summary>
/// <param name="Record">Which picture.</param>
/// <param name="Row">The embedding in the store's number format, little-endian; empty for a bad picture.</param>
internal sealed record EmbeddedImage(ImageRecord Record, ReadOnlyMemory<byte> Row);
