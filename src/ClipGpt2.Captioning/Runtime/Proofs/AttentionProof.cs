using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Proofs;

/// <summary>Compares a way to compute attention with scalar loops in double precision on fixed inputs.</summary>
internal static class AttentionProof
{
    private const int Heads = 2;

    // Queries, keys, head size: a picture's patches, a step's one query, sizes that fill no block, and some that fill one and begin the next.
    private static readonly (int Queries, int Keys, int Size)[] Sizes = [(50, 50, 64), (1, 37, 64), (19, 19, 20), (66, 66, 68)];

    /// <summary>Says what is wrong, or null.</summary>
    /// <param name="attend">Query, key, value, mask or null, and whether it is causal.</param>
    /// <param name="type">The data type to compute in.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="withMasks">Whether it is one that can hide positions.</param>
    public static string? Check(Func<Tensor, Tensor, Tensor, Tensor?, bool, Tensor> attend, ScalarType type, DeviceType device, bool withMasks = true)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (queries, keys, size) in Sizes)
        {
            var (query, key, value) = (Values(queries, size, 1), Values(keys, size, 2), Values(keys, size, 3));
            foreach (var kind in !withMasks ? [Kind.Open] : queries == keys ? [Kind.Open, Kind.Causal, Kind.Masked] : new[] { Kind.Open, Kind.Masked })
            {
                using var mask = kind == Kind.Masked ? Mask(queries, keys).to(new Device(device)) : null;
                using var y = attend(Placed(query), Placed(key), Placed(value), mask, kind == Kind.Causal);
                var actual = y.to_type(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
                if (Compare(actual, query, key, value, (queries, keys, size), kind, type) is { } fault)
                {
                    return $"{kind} attention of {queries} over {keys} positions: {fault}";
                }
            }

            Tensor Placed(float[] values) => tensor(values).view(1, Heads, -1, size).to(type, new Device(device));
        }

        return null;
    }

    private static float[] Values(int positions, int size, int seed) => ProductProof.Inputs(Heads * positions * size, seed);

    private static bool IsVisible(int query, int key, Kind kind) => kind switch
    {
        Kind.Open => true,
        Kind.Causal => key <= query,
        Kind.Masked => (query + (3 * key)) % 4 != 0,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static Tensor Mask(int queries, int keys)
    {
        var visible = new bool[queries * keys];
        for (var i = 0; i < visible.Length; i++)
        {
            visible[i] = IsVisible(i / keys, i % keys, Kind.Masked);
        }

        return tensor(visible).view(1, 1, queries, keys);
    }

    private static string? Compare(float[] actual, float[] query, float[] key, float[] value, (int Queries, int Keys, int Size) sizes, Kind kind, ScalarType type)
    {
        var (queries, keys, size) = sizes;

        // Values lie between -1 and 1, and so does their mean.
        var tolerance = type == ScalarType.Float32 ? 1e-4 : 0.03;
        for (var row = 0; row < Heads * queries; row++)
        {
            var head = row / queries;
            var expected = Row(query.AsSpan(row * size, size), key.AsSpan(head * keys * size, keys * size), value.AsSpan(head * keys * size, keys * size), row % queries, kind);
            for (var i = 0; i < size; i++)
            {
                if (!(Math.Abs(actual[(row * size) + i] - expected[i]) <= tolerance))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"value {i} of query {row % queries} is {actual[(row * size) + i]:G6}, and {expected[i]:G6} is right");
                }
            }
        }

        return null;
    }

    private static double[] Row(ReadOnlySpan<float> query, ReadOnlySpan<float> keys, ReadOnlySpan<float> values, int row, Kind kind)
    {
        var (size, result, sum) = (query.Length, new double[query.Length], 0.0);
        for (var position = 0; position < keys.Length / size; position++)
        {
            if (!IsVisible(row, position, kind))
            {
                continue;
            }

            var score = 0.0;
            for (var i = 0; i < size; i++)
            {
                score += (double)query[i] * keys[(position * size) + i];
            }

            // The scores are small: nothing has to be taken off them first.
            var weight = Math.Exp(score / Math.Sqrt(size));
            sum += weight;
            for (var i = 0; i < size; i++)
            {
                result[i] += weight * values[(position * size) + i];
            }
        }

        for (var i = 0; i < size; i++)
        {
            result[i] /= sum;
        }

        return result;
    }

    private enum Kind
    {
        Open,
        Causal,
        Masked,
    }
}
