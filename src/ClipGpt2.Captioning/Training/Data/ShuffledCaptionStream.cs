using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Training.Data.Sampling;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>A stream in random order: a buffer is filled from the source, and each example that is taken out makes room for the next.</summary>
/// <remarks>
/// The order depends on the seed and the epoch only. Every example comes once an epoch, at most the buffer's size earlier than in the source. Passes may
/// run side by side if the source's may.
/// </remarks>
public sealed class ShuffledCaptionStream : ICaptionStream
{
    private readonly ICaptionStream _source;
    private readonly long _seed;
    private readonly int _bufferSize;

    /// <summary>Shuffles a stream.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="seed">What the orders are drawn from.</param>
    /// <param name="bufferSize">How many examples are held, from 1 (no shuffling) on.</param>
    /// <exception cref="CaptioningException">The buffer's size is less than 1.</exception>
    public ShuffledCaptionStream(ICaptionStream source, long seed, int bufferSize = 10_000)
    {
        if (bufferSize < 1)
        {
            throw new CaptioningException($"The shuffle buffer has a size of {bufferSize}; it must be 1 or more.");
        }

        (_source, _seed, _bufferSize) = (source, seed, bufferSize);
    }

    /// <inheritdoc/>
    public IEnumerable<CaptionExample> Read(int epoch, CancellationToken token = default)
    {
        var random = PythonRandom.ForEpoch(_seed, epoch);
        var buffer = new List<CaptionExample>();
        foreach (var example in _source.Read(epoch, token))
        {
            if (buffer.Count < _bufferSize)
            {
                buffer.Add(example);
                continue;
            }

            var place = (int)random.Below(buffer.Count);
            yield return buffer[place];
            buffer[place] = example;
        }

        random.Shuffle<CaptionExample>(CollectionsMarshal.AsSpan(buffer));
        foreach (var example in buffer)
        {
            token.ThrowIfCancellationRequested();
            yield return example;
        }
    }
}
