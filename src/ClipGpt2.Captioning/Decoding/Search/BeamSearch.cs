namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>Beam search, and with sampling beam sampling (<c>GenerationMixin._beam_search</c>, run for one image).</summary>
internal sealed class BeamSearch : ImageSearch
{
    private Beam[] _beams;
    private readonly BeamCandidates _candidates;
    private readonly FinishReason?[] _reasons;
    private readonly CandidateList _continuing;
    private readonly List<Finished> _finished = [];
    private readonly RandomStream? _random;
    private int _length;

    public BeamSearch(int image, SearchSettings settings)
        : base(image, settings)
    {
        _beams = Beam.Initial(Options.Beams);
        _candidates = new BeamCandidates(image, settings, Options.Beams);
        _reasons = new FinishReason?[_candidates.Capacity];
        _continuing = new CandidateList(Options.Beams);
        _random = CreateRandom(sequence: 0);
    }

    private bool IsFull => _finished.Count == Options.Beams;

    public override IReadOnlyList<DecodedSequence> Results() =>
        [.. _finished.Take(Options.ReturnedSequences).Select(f => f.Text.ToSequence(f.Score, f.Reason, Options.Trace))];

    protected override void Step(SessionRows rows)
    {
        _candidates.Find(_beams, rows, _random);
        _length++;
        RankContinuations();
        FinishTheBest(rows);
        var allEnded = _reasons.AsSpan(0, _candidates.Items.Length).IndexOf((FinishReason?)null) < 0;
        var isDone = allEnded || (IsFull && Options.EarlyStopping == EarlyStopping.WhenFull) || !CanImprove(_continuing.Items[0].Score);
        if (!isDone)
        {
            ContinueTheBest(rows);
        }
    }

    /// <summary>Candidates that end their text may go on only where there are too few others.</summary>
    private void RankContinuations()
    {
        _continuing.Clear();
        var candidates = _candidates.Items;
        for (var rank = 0; rank < candidates.Length; rank++)
        {
            var candidate = candidates[rank];
            _reasons[rank] = Settings.Stop.ReasonToStop(_beams[candidate.Beam].Text, candidate.Token);
            var score = _reasons[rank] is null ? candidate.Score : candidate.Score + Beam.Never;
            _continuing.Add(candidate with { Score = score, Key = score });
        }
    }

    /// <summary>Only candidates among the first as many as beams may finish; the others are there to continue.</summary>
    private void FinishTheBest(SessionRows rows)
    {
        var divisor = (float)Math.Pow(_length, Options.LengthPenalty);
        var candidates = _candidates.Items;
        for (var rank = 0; rank < Math.Min(Options.Beams, candidates.Length); rank++)
        {
            var score = candidates[rank].Score / divisor;
            if (_reasons[rank] is not { } reason || (IsFull && !(score > _finished[^1].Score)))
            {
                continue;
            }

            if (IsFull)
            {
                _finished.RemoveAt(_finished.Count - 1);
            }

            var worse = _finished.FindIndex(f => f.Score < score);
            _finished.Insert(worse < 0 ? _finished.Count : worse, new Finished(score, _candidates.Extend(candidates[rank], _beams, rows), reason));
        }
    }

    private bool CanImprove(float bestRunning)
    {
        var length = Options.EarlyStopping == EarlyStopping.Never && Options.LengthPenalty > 0 ? Settings.MaxNewTokens : _length;
        var worst = IsFull ? _finished[^1].Score : Beam.Never;
        return bestRunning / (float)Math.Pow(length, Options.LengthPenalty) > worst;
    }

    private void ContinueTheBest(SessionRows rows)
    {
        var continued = new Beam[_continuing.Count];
        for (var i = 0; i < continued.Length; i++)
        {
            var candidate = _continuing.Items[i];
            var row = Continue(_beams[candidate.Beam].Row, candidate.Token);
            continued[i] = new Beam(candidate.Score, _candidates.Extend(candidate, _beams, rows), row);
        }

        _beams = continued;
    }

    private sealed record Finished(float Score, TokenNode Text, FinishReason Reason);
}
