using System.Buffers;
using ClipGpt2.Captioning.Decoding.Processors;

namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>The best continuations of some beams at one step.</summary>
internal sealed class BeamCandidates
{
    /// <summary>The message where nothing can be drawn.</summary>
    public const string NothingAllowed =
        "No token can be drawn: every score is forbidden or not a number. Allow more tokens, or set RemoveInvalidValues.";

    private readonly SearchSettings _settings;
    private readonly int _image;
    private readonly CandidateList _list;
    private readonly RowStatistics[] _statistics;

    public BeamCandidates(int image, SearchSettings settings, int beams)
    {
        _image = image;
        _settings = settings;
        _list = new CandidateList((int)Math.Min((long)settings.CandidatesPerBeam * beams, (long)settings.VocabularySize * beams));
        _statistics = new RowStatistics[beams];
    }

    public int Capacity => _list.Capacity;

    public ReadOnlySpan<Candidate> Items => _list.Items;

    /// <summary>Scores the rows of the beams and keeps the best candidates.</summary>
    /// <param name="beams">The beams.</param>
    /// <param name="rows">The image's rows.</param>
    /// <param name="random">Where candidates are drawn rather than taken.</param>
    /// <param name="earlierGroupTokens">For diverse beam search.</param>
    public void Find(ReadOnlySpan<Beam> beams, SessionRows rows, RandomStream? random = null, ReadOnlySpan<int> earlierGroupTokens = default)
    {
        _list.Clear();
        var rented = ArrayPool<float>.Shared.Rent(_settings.VocabularySize);
        var buffer = rented.AsSpan(0, _settings.VocabularySize);
        try
        {
            ScoredRow row = default;
            for (var i = 0; i < beams.Length; i++)
            {
                // Before the first token all beams have the same text, and so the same scores.
                if (i == 0 || beams[i].Text is not null)
                {
                    row = Score(rows[beams[i].Row], beams[i].Text, buffer, earlierGroupTokens);
                    Tell(i, beams[i].Text, rows[beams[i].Row], buffer);
                }

                _statistics[i] = row.ModelStatistics;
                row.AddTo(_list, beams[i].Score, i, random);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }

        if (_list.Count == 0)
        {
            throw new CaptioningException(NothingAllowed);
        }
    }

    /// <summary>The text that a candidate makes.</summary>
    public TokenNode Extend(Candidate candidate, ReadOnlySpan<Beam> beams, SessionRows rows)
    {
        var beam = beams[candidate.Beam];
        var logProbability = _statistics[candidate.Beam].LogProbability(rows[beam.Row][candidate.Token]);
        return new TokenNode(beam.Text, candidate.Token, candidate.Beam, logProbability, candidate.TokenScore);
    }

    /// <summary>The scores of a row: log-probabilities, changed by the processors.</summary>
    public ScoredRow Score(
        ReadOnlySpan<float> logits, TokenNode? text, Span<float> buffer, ReadOnlySpan<int> earlierGroupTokens = default)
    {
        var statistics = _settings.StatisticsOf(logits, _image);
        if (_settings.Chain.IsEmpty && _settings.Options.Observer is null)
        {
            return new ScoredRow(logits, statistics, statistics);
        }

        statistics.LogSoftmax(logits, buffer);
        _settings.Chain.Apply(new LogitsContext(_settings.HistoryOf(_image, text), _image, earlierGroupTokens), buffer);
        return new ScoredRow(buffer, RowStatistics.None, statistics);
    }

    private void Tell(int beam, TokenNode? text, ReadOnlySpan<float> logits, ReadOnlySpan<float> scores) =>
        _settings.Options.Observer?.OnScores(new StepScores(_image, beam, _settings.HistoryOf(_image, text), logits, scores));
}
