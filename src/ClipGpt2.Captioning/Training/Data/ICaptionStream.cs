namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Captions with their pictures from a source without random access, such as tar shards.</summary>
/// <remarks>
/// Each pass reads the source from its beginning and gives the same examples in the same order for the same epoch. One thread reads one pass; passes
/// may run side by side.
/// </remarks>
public interface ICaptionStream
{
    /// <summary>Reads the examples of one epoch.</summary>
    /// <param name="epoch">From 0; a stream that shuffles draws another order for each.</param>
    /// <param name="token">Ends the reading between two examples.</param>
    /// <returns>The examples, read as they are asked for.</returns>
    /// <exception cref="CaptioningException">The source can't be read; the message names file and key.</exception>
    IEnumerable<CaptionExample> Read(int epoch, CancellationToken token = default);
}
