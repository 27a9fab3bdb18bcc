namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>What building an embedding store came to.</summary>
/// <param name="Images">How many pictures the store holds.</param>
/// <param name="Kept">How many of all pictures needed no work: an interrupted build had done them, or the store was up to date.</param>
/// <param name="Skipped">The pictures that are missing or broken, which <c>skipped.jsonl</c> lists too.</param>
public sealed record EmbeddingStoreResult(int Images, int Kept, IReadOnlyList<BadImage> Skipped)
{
    /// <summary>Whether the store was there already, whole and fresh.</summary>
    public bool WasUpToDate { get; init; }
}
