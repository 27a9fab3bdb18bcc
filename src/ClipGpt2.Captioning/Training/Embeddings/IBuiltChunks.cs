namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>What a build of a store has done so far, chunk by chunk, on the disk: it goes on from there after it was ended in whatever way.</summary>
internal interface IBuiltChunks : IDisposable
{
    /// <summary>The images of a chunk; null if it isn't there.</summary>
    IReadOnlyList<EmbeddedImage>? Read(int chunk);

    /// <summary>Adds a chunk; when this returns it is on the disk.</summary>
    void Append(int chunk, IReadOnlyList<EmbeddedImage> images);
}
