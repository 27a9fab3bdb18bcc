using System.Buffers;

namespace ClipGpt2.Captioning.Images.Resampling;

/// <summary>For each wanted position along one axis: which source pixels it is made of, and with which weights.</summary>
/// <remarks>
/// The numbers are those of <c>precompute_coeffs</c> in Pillow's <c>Resample.c</c>. All positions have the same number of taps, filled up with
/// zero weights inside the source, so that the inner loops have no ends to look after.
/// </remarks>
internal sealed class AxisWeights : IDisposable
{
    private const int PrecisionBits = 32 - 8 - 2;

    private const int MaxWeights = 1 << 24;

    private readonly int[] _starts;
    private readonly double[] _weights;
    private int[]? _fixed;

    private AxisWeights(int count, int taps)
    {
        Count = count;
        Taps = taps;
        _starts = ArrayPool<int>.Shared.Rent(count);
        _weights = ArrayPool<double>.Shared.Rent(count * taps);
    }

    public int Count { get; }

    public int Taps { get; }

    /// <summary>The first source pixel of each position.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count);

    /// <summary>[Count, Taps].</summary>
    public ReadOnlySpan<double> Weights => _weights.AsSpan(0, Count * Taps);

    /// <summary>The first source pixel that any position uses.</summary>
    public int First { get; private set; }

    /// <summary>One past the last source pixel that any position uses.</summary>
    public int End { get; private set; }

    /// <summary>Computes the weights of the positions <paramref name="first"/> to <paramref name="first"/> + <paramref name="count"/> - 1.</summary>
    /// <param name="filter">The filter; not <see cref="ResampleFilter.Nearest"/>.</param>
    /// <param name="inSize">The source's size.</param>
    /// <param name="from">Where the box begins in the source.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="outSize">The size of the whole result.</param>
    /// <param name="first">The first wanted position.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="tapsMultiple">What the number of taps should be a multiple of; it is less in a source smaller than that.</param>
    public static AxisWeights Compute(
        ResampleFilter filter, int inSize, float from, float to, int outSize, int first, int count, int tapsMultiple = 1)
    {
        var scale = (double)(to - from) / outSize;
        var widening = Math.Max(scale, 1);
        var support = FilterKernel.Radius(filter) * widening;
        // A span of 2 * support covers no more pixels than this; the margin is for rounding where it is a whole number.
        var most = Math.Min((int)Math.Ceiling((2 * support) + 1e-6), inSize);
        var taps = Math.Min((most + tapsMultiple - 1) / tapsMultiple * tapsMultiple, inSize);
        if ((long)count * taps > MaxWeights)
        {
            throw new CaptioningException($"Shrinking a side of {inSize} pixels to {outSize} takes too many weights; give a picture of less extreme proportions.");
        }

        var result = new AxisWeights(count, taps);
        var (lowest, highest) = (inSize, 0);
        for (var i = 0; i < count; i++)
        {
            var center = from + ((first + i + 0.5) * scale);
            var start = Math.Max((int)(center - support + 0.5), 0);
            var end = Math.Min((int)(center + support + 0.5), inSize);
            // Taps beyond the source move in front of the used ones, where they weigh nothing.
            var shifted = Math.Min(start, inSize - taps);
            result._starts[i] = shifted;
            var row = result._weights.AsSpan(i * taps, taps);
            row.Clear();
            Fill(row[(start - shifted)..], filter, start, end, center, 1 / widening);
            (lowest, highest) = (Math.Min(lowest, shifted), Math.Max(highest, shifted + taps));
        }

        (result.First, result.End) = (lowest, highest);
        return result;
    }

    /// <summary>The weights as integers of 22 binary places, [Count, Taps].</summary>
    public ReadOnlySpan<int> FixedWeights()
    {
        if (_fixed is null)
        {
            _fixed = ArrayPool<int>.Shared.Rent(Count * Taps);
            var weights = Weights;
            for (var i = 0; i < weights.Length; i++)
            {
                _fixed[i] = (int)((weights[i] < 0 ? -0.5 : 0.5) + (weights[i] * (1 << PrecisionBits)));
            }
        }

        return _fixed.AsSpan(0, Count * Taps);
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_starts);
        ArrayPool<double>.Shared.Return(_weights);
        if (_fixed is not null)
        {
            ArrayPool<int>.Shared.Return(_fixed);
        }
    }

    private static void Fill(Span<double> row, ResampleFilter filter, int start, int end, double center, double inverseWidening)
    {
        var sum = 0.0;
        for (var x = 0; x < end - start; x++)
        {
            row[x] = FilterKernel.Value(filter, (x + start - center + 0.5) * inverseWidening);
            sum += row[x];
        }

        if (sum == 0)
        {
            return;
        }

        for (var x = 0; x < end - start; x++)
        {
            row[x] /= sum;
        }
    }
}
