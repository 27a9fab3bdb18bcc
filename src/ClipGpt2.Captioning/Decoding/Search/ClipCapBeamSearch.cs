using System.Numerics.Tensors;
using ClipGpt2.Captioning.Decoding.Processors;

namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>ClipCap's beam search (<c>generate_beam</c> of its <c>predict.py</c>).</summary>
/// <remarks>
/// Beams that have stopped stay in the race: at each step all are ranked by their mean log-probability per token, those that have stopped at their
/// own length. The stop token stays in the text, and no other end token is special.
/// </remarks>
internal sealed class ClipCapBeamSearch : ImageSearch
{
    private readonly CandidateList _best;
    private readonly float _temperature;
    private readonly float[] _scores;
    private Runner[] _runners = [];
    private int _length;

    public ClipCapBeamSearch(int image, SearchSettings settings)
        : base(image, settings)
    {
        _best = new CandidateList((int)Math.Min(Options.Beams, settings.VocabularySize));
        _scores = new float[settings.VocabularySize];
        _temperature = Options.Temperature > 0 ? (float)Options.Temperature : 1;
    }

    public override IReadOnlyList<DecodedSequence> Results() =>
        [.. _runners.OrderByDescending(r => r.Sum / r.Length)
            .Take(Options.ReturnedSequences)
            .Select(r => r.Text.ToSequence(r.Sum / r.Length, r.HasStopped ? FinishReason.EndToken : FinishReason.Length, Options.Trace))];

    protected override void Step(SessionRows rows)
    {
        _length++;
        _runners = _length == 1 ? Begin(rows[0]) : Next(rows);
        if (_length >= Settings.MaxNewTokens || _runners.All(r => r.HasStopped))
        {
            return;
        }

        for (var i = 0; i < _runners.Length; i++)
        {
            if (!_runners[i].HasStopped)
            {
                _runners[i] = _runners[i] with { Row = Continue(_runners[i].Row, _runners[i].Text.Token) };
            }
        }
    }

    private Runner[] Begin(ReadOnlySpan<float> logits)
    {
        var statistics = Scale(logits);
        _best.Add(_scores, statistics, 0, beam: 0);
        var runners = new Runner[_best.Count];
        for (var i = 0; i < runners.Length; i++)
        {
            var token = _best.Items[i].Token;
            runners[i] = new Runner(Write(null, token, 0, logits, _best.Items[i].TokenScore), _best.Items[i].Score, 1, Settings.Stop.IsEnd(token), 0);
        }

        return runners;
    }

    private Runner[] Next(SessionRows rows)
    {
        _best.Clear();
        for (var i = 0; i < _runners.Length; i++)
        {
            AddContinuations(_runners[i], i, rows);
        }

        var next = new Runner[_best.Count];
        for (var i = 0; i < next.Length; i++)
        {
            next[i] = Extend(_best.Items[i], rows);
        }

        return next;
    }

    /// <summary>A beam that has stopped has one continuation, at no cost.</summary>
    private void AddContinuations(Runner runner, int beam, SessionRows rows)
    {
        if (runner.HasStopped)
        {
            var mean = runner.Sum / runner.Length;
            _best.Add(new Candidate(mean, 0, beam, 0, mean));
            return;
        }

        var statistics = Scale(rows[runner.Row]);
        for (var token = 0; token < _scores.Length; token++)
        {
            var own = statistics.LogProbability(_scores[token]);
            var mean = (runner.Sum + own) / (runner.Length + 1);
            if (!_best.IsTooLow(mean))
            {
                _best.Add(new Candidate(mean, own, beam, token, mean));
            }
        }
    }

    private Runner Extend(Candidate candidate, SessionRows rows)
    {
        var runner = _runners[candidate.Beam];
        if (runner.HasStopped)
        {
            return runner with { Sum = candidate.Score * runner.Length };
        }

        var text = Write(runner.Text, candidate.Token, candidate.Beam, rows[runner.Row], candidate.TokenScore);
        return new Runner(text, candidate.Score * text.Length, text.Length, Settings.Stop.IsEnd(candidate.Token), runner.Row);
    }

    private TokenNode Write(TokenNode? before, int token, int beam, ReadOnlySpan<float> logits, float score) =>
        new(before, token, beam, Settings.StatisticsOf(logits, Image).LogProbability(logits[token]), score);

    private RowStatistics Scale(ReadOnlySpan<float> logits)
    {
        TensorPrimitives.Divide(logits, _temperature, _scores);
        var statistics = Settings.StatisticsOf(_scores, Image);
        Settings.Chain.Apply(new LogitsContext([], Image), _scores);
        return statistics;
    }

    /// <summary>A beam.</summary>
    private readonly record struct Runner(TokenNode Text, float Sum, int Length, bool HasStopped, int Row);
}
