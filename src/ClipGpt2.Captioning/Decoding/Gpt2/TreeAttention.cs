using System.Runtime.Intrinsics;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>Attention of single positions over their paths in a <see cref="TreeCache"/>.</summary>
internal sealed unsafe class TreeAttention(Gpt2Config config) : IDisposable
{
    private const int Vectors = 4;

    private static readonly int Lanes = Vector512<float>.Count;

    private readonly int _heads = config.Heads;
    private readonly int _headSize = config.HeadSize;
    private readonly int _hiddenSize = config.HiddenSize;
    private readonly NativeFloats _scores = new();
    private nint[] _path = [];

    /// <summary>softmax(scale * qKᵀ) V for one position.</summary>
    /// <param name="cache">Holds the keys and values of the whole path, the position's own among them.</param>
    /// <param name="path">Where the position may look.</param>
    /// <param name="layer">The block.</param>
    /// <param name="query">[H].</param>
    /// <param name="scale">What the products are multiplied by.</param>
    /// <param name="output">[H].</param>
    public void Attend(TreeCache cache, ReadOnlySpan<int> path, int layer, float* query, float scale, float* output)
    {
        if (_path.Length < path.Length)
        {
            _path = new nint[2 * path.Length];
            _scores.Reserve((2 * path.Length) + Lanes);
        }

        for (var i = 0; i < path.Length; i++)
        {
            _path[i] = (nint)cache.KeysAndValues(path[i], layer);
        }

        for (var head = 0; head < _heads; head++)
        {
            var at = head * _headSize;
            var sum = Score(path.Length, at, query + at, scale);
            Mix(path.Length, _hiddenSize + at, 1 / sum, output + at);
        }
    }

    public void Dispose() => _scores.Dispose();

    /// <summary>Fills the scores with the exponentials of one head's products and returns their sum.</summary>
    private float Score(int length, int at, float* query, float scale)
    {
        var scores = _scores.Pointer;
        for (var i = 0; i < length; i++)
        {
            scores[i] = scale * RowKernels.Dot(query, (float*)_path[i] + at, _headSize);
        }

        return RowKernels.Exponentials(scores, length);
    }

    /// <summary>The values' sum, weighted by the scores times <paramref name="factor"/>.</summary>
    private void Mix(int length, int at, float factor, float* output)
    {
        var i = 0;
        for (; i <= _headSize - (Vectors * Lanes); i += Vectors * Lanes)
        {
            Mix64(length, at + i, factor, output + i);
        }

        for (; i < _headSize; i++)
        {
            var sum = 0f;
            for (var j = 0; j < length; j++)
            {
                sum += _scores.Pointer[j] * ((float*)_path[j])[at + i];
            }

            output[i] = factor * sum;
        }
    }

    private void Mix64(int length, int at, float factor, float* output)
    {
        var scores = _scores.Pointer;
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        for (var j = 0; j < length; j++)
        {
            var score = Vector512.Create(scores[j]);
            var value = (float*)_path[j] + at;
            s0 = Vector512.FusedMultiplyAdd(score, Vector512.Load(value), s0);
            s1 = Vector512.FusedMultiplyAdd(score, Vector512.Load(value + 16), s1);
            s2 = Vector512.FusedMultiplyAdd(score, Vector512.Load(value + 32), s2);
            s3 = Vector512.FusedMultiplyAdd(score, Vector512.Load(value + 48), s3);
        }

        (s0 * factor).Store(output);
        (s1 * factor).Store(output + 16);
        (s2 * factor).Store(output + 32);
        (s3 * factor).Store(output + 48);
    }
}
