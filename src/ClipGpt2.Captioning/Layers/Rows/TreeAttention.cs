using System.Runtime.Intrinsics.X86;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>Attention of single positions over their paths in a <see cref="TreeCache"/>.</summary>
/// <remarks>Goes along the path position by position, for all heads at once, since reading the keys and values is what takes time.</remarks>
internal sealed unsafe class TreeAttention(int heads, int hidden) : IDisposable
{
    private const int CacheLine = 16; // floats

    private readonly int _heads = heads;
    private readonly int _headSize = hidden / heads;
    private readonly int _hidden = hidden;
    private readonly NativeFloats _scores = new(); // [heads, stride]
    private readonly NativeFloats _rows = new(); // query and output, [2, H]
    private int _stride;
    private nint[] _path = [];

    /// <summary>softmax(scale * qKᵀ) V for one position.</summary>
    /// <param name="cache">Holds the keys and values of the whole path, the position's own among them.</param>
    /// <param name="path">Where the position may look.</param>
    /// <param name="row">The row of queries and outputs.</param>
    /// <param name="job">The rest.</param>
    public void Attend(TreeCache cache, ReadOnlySpan<int> path, int row, RowAttention.Job job)
    {
        Reserve(path.Length);
        var query = _rows.Pointer;
        var output = query + _hidden;
        job.Queries.Read(row, 0, _hidden, query);
        for (var i = 0; i < path.Length; i++)
        {
            _path[i] = (nint)cache.KeysAndValues(path[i], job.Layer);
        }

        Score(path.Length, query, job.Scale);
        for (var head = 0; head < _heads; head++)
        {
            RowKernels.Softmax(_scores.Pointer + (head * _stride), path.Length);
        }

        Mix(path.Length, output);
        job.Output.Write(row, output);
    }

    public void Dispose()
    {
        _scores.Dispose();
        _rows.Dispose();
    }

    private void Reserve(int length)
    {
        _rows.Reserve(2L * _hidden);
        if (_path.Length < length)
        {
            _stride = 2 * length;
            _path = new nint[2 * length];
            _scores.Reserve((long)_heads * _stride);
        }
    }

    private void Score(int length, float* query, float scale)
    {
        for (var i = 0; i < length; i++)
        {
            var key = (float*)_path[i];
            Prefetch(i + 1 < length ? (float*)_path[i + 1] : (float*)_path[0] + _hidden);
            var score = _scores.Pointer + i;
            for (var head = 0; head < _heads; head++, score += _stride)
            {
                var at = head * _headSize;
                *score = scale * RowKernels.Dot(query + at, key + at, _headSize);
            }
        }
    }

    private void Mix(int length, float* output)
    {
        new Span<float>(output, _hidden).Clear();
        for (var i = 0; i < length; i++)
        {
            var value = (float*)_path[i] + _hidden;
            Prefetch(i + 1 < length ? (float*)_path[i + 1] + _hidden : value);
            var score = _scores.Pointer + i;
            for (var head = 0; head < _heads; head++, score += _stride)
            {
                var at = head * _headSize;
                RowKernels.AddScaled(value + at, *score, output + at, _headSize);
            }
        }
    }

    /// <summary>Asks for the next position's keys or values: they lie anywhere, where the processor's own prefetching doesn't look.</summary>
    private void Prefetch(float* row)
    {
        if (Sse.IsSupported)
        {
            for (var i = 0; i < _hidden; i += CacheLine)
            {
                Sse.Prefetch0(row + i);
            }
        }
    }
}
