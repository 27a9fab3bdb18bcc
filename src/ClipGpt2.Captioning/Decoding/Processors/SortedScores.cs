using System.Buffers;
using ClipGpt2.Captioning.Decoding.Search;

namespace ClipGpt2.Captioning.Decoding.Processors;

/// <summary>The tokens of a row that aren't forbidden, in the order of a key, with their probabilities.</summary>
internal readonly ref struct SortedScores
{
    private readonly float[] _keys;
    private readonly int[] _tokens;
    private readonly ReadOnlySpan<float> _scores;
    private readonly RowStatistics _statistics;

    private SortedScores(float[] keys, int[] tokens, int count, ReadOnlySpan<float> scores)
    {
        _keys = keys;
        _tokens = tokens;
        _scores = scores;
        _statistics = RowStatistics.Of(scores);
        Count = count;
    }

    public int Count { get; }

    /// <summary>Sorts by <paramref name="keys"/>. Forbidden tokens have no probability, so leaving them out changes no sum.</summary>
    public static SortedScores Ascending(ReadOnlySpan<float> keys, ReadOnlySpan<float> scores)
    {
        var sorted = ArrayPool<float>.Shared.Rent(scores.Length);
        var tokens = ArrayPool<int>.Shared.Rent(scores.Length);
        var count = 0;
        for (var token = AllowedTokens.Next(scores, 0); token < scores.Length; token = AllowedTokens.Next(scores, token + 1))
        {
            sorted[count] = keys[token];
            tokens[count++] = token;
        }

        sorted.AsSpan(0, count).Sort(tokens.AsSpan(0, count));
        return new SortedScores(sorted, tokens, count, scores);
    }

    public int Token(int place) => _tokens[place];

    public float Probability(int place) => _statistics.Probability(_scores[_tokens[place]]);

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_keys);
        ArrayPool<int>.Shared.Return(_tokens);
    }
}
