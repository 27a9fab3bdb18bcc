namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>A row of logits with the scores that a beam search gives its tokens.</summary>
/// <remarks>Without processors a score is a logit less the row's statistics, and no array of log-probabilities is ever written.</remarks>
internal readonly ref struct ScoredRow
{
    private readonly ReadOnlySpan<float> _values;
    private readonly RowStatistics _valueStatistics;

    public ScoredRow(ReadOnlySpan<float> values, RowStatistics valueStatistics, RowStatistics modelStatistics)
    {
        _values = values;
        _valueStatistics = valueStatistics;
        ModelStatistics = modelStatistics;
    }

    /// <summary>Those of the logits, whatever processors did.</summary>
    public RowStatistics ModelStatistics { get; }

    public float this[int token] => _valueStatistics.LogProbability(_values[token]);

    public void AddTo(CandidateList candidates, float beamScore, int beam, RandomStream? random = null)
    {
        if (random is not null)
        {
            candidates.AddWithNoise(_values, _valueStatistics, beamScore, beam, random);
        }
        else if (_valueStatistics == RowStatistics.None || !candidates.IsTooLow(beamScore - _valueStatistics.LogSum))
        {
            candidates.Add(_values, _valueStatistics, beamScore, beam);
        }
    }
}
