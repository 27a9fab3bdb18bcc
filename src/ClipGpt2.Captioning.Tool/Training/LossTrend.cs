namespace ClipGpt2.Captioning.Tool.Training;

/// <summary>The losses of a whole run in few numbers: each the mean of equally many steps.</summary>
internal sealed class LossTrend
{
    private const int Most = 64;

    private readonly List<double> _means = [];
    private long _width = 1;
    private double _sum;
    private long _count;

    /// <summary>The means, and what is there of the last one.</summary>
    public IReadOnlyList<double> Means => _count == 0 ? [.. _means] : [.. _means, _sum / _count];

    public void Add(double loss)
    {
        _sum += loss;
        if (++_count < _width)
        {
            return;
        }

        _means.Add(_sum / _count);
        (_sum, _count) = (0, 0);
        if (_means.Count == Most)
        {
            for (var i = 0; i < Most / 2; i++)
            {
                _means[i] = (_means[2 * i] + _means[(2 * i) + 1]) / 2;
            }

            _means.RemoveRange(Most / 2, Most / 2);
            _width *= 2;
        }
    }
}
