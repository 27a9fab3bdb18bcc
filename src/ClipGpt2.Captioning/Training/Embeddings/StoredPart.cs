using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>A file of a store, open, and the rows that lie in it.</summary>
/// <param name="File">The file.</param>
/// <param name="FirstRow">The number of its first row among all of the store.</param>
/// <param name="Rows">How many rows it holds.</param>
/// <param name="Hash">The hash of its numbers when they were written.</param>
internal sealed record StoredPart(SafetensorsFile File, int FirstRow, int Rows, string Hash);
