using System.Numerics;

namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>The best of all candidates that it was shown, best first; of equal ones those shown first.</summary>
/// <remarks>NaN is the greatest score, as for torch's topk and argmax.</remarks>
internal sealed class CandidateList(int capacity)
{
    private readonly Candidate[] _candidates = new Candidate[capacity];

    public int Capacity => _candidates.Length;

    public int Count { get; private set; }

    public ReadOnlySpan<Candidate> Items => _candidates.AsSpan(0, Count);

    private bool IsFull => Count == _candidates.Length;

    private float Least => _candidates[Count - 1].Key;

    public void Clear() => Count = 0;

    /// <summary>Whether a candidate with this key, shown now, would be left out.</summary>
    public bool IsTooLow(float key) => IsFull && !IsGreater(key, Least);

    /// <summary>Shows it all tokens of a row; a token's score is its own, less the two parts of the row's statistics, and the beam's.</summary>
    /// <remarks>
    /// The vector path computes what the scalar one does, bit for bit, and only finds out where nothing can enter: almost everywhere, once the
    /// first few hundred tokens are seen.
    /// </remarks>
    public void Add(ReadOnlySpan<float> scores, RowStatistics statistics, float beamScore, int beam)
    {
        var width = Vector<float>.Count;
        var max = new Vector<float>(statistics.Max);
        var logSum = new Vector<float>(statistics.LogSum);
        var addend = new Vector<float>(beamScore);
        var i = 0;
        for (; i + width <= scores.Length; i += width)
        {
            var values = new Vector<float>(scores[i..]) - max - logSum + addend;
            if (!IsFull || !Vector.LessThanOrEqualAll(values, new Vector<float>(Least)))
            {
                Add(scores.Slice(i, width), i, statistics, beamScore, beam);
            }
        }

        Add(scores[i..], i, statistics, beamScore, beam);
    }

    /// <summary>Shows it all tokens of a row that aren't forbidden, ranked with noise: the best are then drawn by their probabilities.</summary>
    public void AddWithNoise(ReadOnlySpan<float> scores, RowStatistics statistics, float beamScore, int beam, RandomStream random)
    {
        for (var token = AllowedTokens.Next(scores, 0); token < scores.Length; token = AllowedTokens.Next(scores, token + 1))
        {
            var own = statistics.LogProbability(scores[token]);
            Add(new Candidate(own + beamScore, own, beam, token, own + beamScore + random.NextGumbel()));
        }
    }

    public void Add(Candidate candidate)
    {
        if (IsTooLow(candidate.Key))
        {
            return;
        }

        var place = IsFull ? Count - 1 : Count++;
        for (; place > 0 && IsGreater(candidate.Key, _candidates[place - 1].Key); place--)
        {
            _candidates[place] = _candidates[place - 1];
        }

        _candidates[place] = candidate;
    }

    private static bool IsGreater(float a, float b) => a > b || (float.IsNaN(a) && !float.IsNaN(b));

    private void Add(ReadOnlySpan<float> scores, int firstToken, RowStatistics statistics, float beamScore, int beam)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            var own = statistics.LogProbability(scores[i]);
            Add(new Candidate(own + beamScore, own, beam, firstToken + i, own + beamScore));
        }
    }
}
