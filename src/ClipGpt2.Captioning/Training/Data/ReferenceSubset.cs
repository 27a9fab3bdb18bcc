using System.Numerics;
using ClipGpt2.Captioning.Training.Data.Sampling;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>The share of a data set that the reference program trains on: all examples shuffled by Python's random numbers, and the first of them kept.</summary>
/// <remarks>
/// Follows <c>ClipCaptionDataset.__init__</c> of the reference program (<c>src/modeling/dataset.py</c>), index for index. A share of 1 or more keeps the data set's
/// order. As safe for several threads as the data set beneath.
/// </remarks>
public sealed class ReferenceSubset : ICaptionDataset
{
    /// <summary>The random seed of the shuffle in the reference program.</summary>
    public const long DefaultSeed = 42;

    private readonly ICaptionDataset _dataset;
    private readonly int[] _indices;

    /// <summary>Chooses from a data set.</summary>
    /// <param name="dataset">The whole data set.</param>
    /// <param name="ratio">The share, above 0; of the product with the count the whole part is kept.</param>
    /// <param name="seed">The seed of the shuffle, 0 or more.</param>
    /// <exception cref="CaptioningException">The ratio or the seed is out of range, or no example is left.</exception>
    public ReferenceSubset(ICaptionDataset dataset, double ratio, long seed = DefaultSeed)
    {
        _dataset = dataset;
        _indices = Indices(dataset.Count, ratio, seed);
        if (_indices.Length == 0 && dataset.Count > 0)
        {
            throw new CaptioningException($"A subset ratio of {ratio} leaves none of {dataset.Count} examples; give a greater one.");
        }
    }

    /// <inheritdoc/>
    public int Count => _indices.Length;

    /// <inheritdoc/>
    public CaptionExample this[int index] => _dataset[_indices[index]];

    /// <summary>The indices that are kept, in their order.</summary>
    /// <param name="count">The number of examples to choose from.</param>
    /// <param name="ratio">The share, 0 or more; 0 keeps none.</param>
    /// <param name="seed">The seed of the shuffle, 0 or more.</param>
    /// <exception cref="CaptioningException">The ratio or the seed is out of range.</exception>
    public static int[] Indices(int count, double ratio, long seed = DefaultSeed)
    {
        if (!(ratio >= 0) || seed < 0)
        {
            throw new CaptioningException($"The subset has a ratio of {ratio} and a seed of {seed}; give a ratio and a seed of 0 or more.");
        }

        int[] order = [.. Enumerable.Range(0, count)];
        if (ratio >= 1)
        {
            return order;
        }

        new PythonRandom(new BigInteger(seed)).Shuffle(order.AsSpan());

        // The fraction of the floating-point product is cut off: 0.29 of 100 are 28.
        return order[..(int)(count * ratio)];
    }
}
