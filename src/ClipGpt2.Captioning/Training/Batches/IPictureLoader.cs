namespace ClipGpt2.Captioning.Training.Batches;

/// <summary>Brings the pictures of batches, as embeddings or as pixels.</summary>
internal interface IPictureLoader
{
    /// <summary>Loads batches in order.</summary>
    /// <param name="batches">The numbers of each batch's pictures.</param>
    /// <param name="token">Ends the loading.</param>
    IEnumerable<PictureBatch> Load(IEnumerable<IReadOnlyList<int>> batches, CancellationToken token);
}
