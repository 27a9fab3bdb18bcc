namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Captions with their pictures, counted and read by index.</summary>
/// <remarks>
/// The order is fixed while a trainer uses it, and it is what seeds shuffle: the same data set gives the same run. Implementations may be read from
/// any number of threads. Reading an example opens no picture.
/// </remarks>
public interface ICaptionDataset
{
    /// <summary>The number of examples.</summary>
    int Count { get; }

    /// <summary>An example.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="CaptioningException">The example can't be read; the message names file, line or key.</exception>
    CaptionExample this[int index] { get; }
}
