using System.Buffers;

namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>Beam search for texts that contain required words (<c>GenerationMixin._constrained_beam_search</c>, run for one image).</summary>
/// <remarks>
/// At each step the tokens that lead on with a word are proposed for every beam besides the best candidates, and the beams are then taken in turn
/// from texts that are equally far with their words.
/// </remarks>
internal sealed class ConstrainedBeamSearch : ImageSearch
{
    /// <summary>How much more a step with the words counts than any score.</summary>
    private const int BankWeight = 100;

    private readonly WordTree[] _words;
    private readonly Beam[] _beams;
    private readonly BeamCandidates _candidates;
    private readonly HypothesisList _finished;
    private int _length;

    public ConstrainedBeamSearch(int image, SearchSettings settings)
        : base(image, settings)
    {
        _words = [.. Options.RequiredWords.Select(w => new WordTree(w))];
        _beams = Beam.Initial(Options.Beams);
        _candidates = new BeamCandidates(image, settings, Options.Beams);
        _finished = new HypothesisList(Options.Beams, settings);
    }

    public override IReadOnlyList<DecodedSequence> Results() => HypothesisList.Best([_finished], Settings);

    protected override void Step(SessionRows rows)
    {
        _length++;
        var before = _beams.ToArray();
        _candidates.Find(before, rows);
        BeamContinuations.Choose(_candidates, _beams, rows, Settings.Stop, (text, sum) =>
        {
            if (HasAllWords(text.Parent))
            {
                _finished.Add(text, sum, FinishReason.EndToken);
            }
        });
        MixInProposals(before, rows);
        if (_finished.IsDone(_candidates.Items[0].Score, _length))
        {
            return;
        }

        if (_length >= Settings.MaxNewTokens || AllStopped())
        {
            Close();
            return;
        }

        for (var i = 0; i < _beams.Length; i++)
        {
            _beams[i] = _beams[i] with { Row = Continue(_beams[i].Row, _beams[i].Text!.Token) };
        }
    }

    private bool HasAllWords(TokenNode? text) => WordProgress.Of(_words, Settings.HistoryOf(Image, text)).IsComplete;

    private bool AllStopped() =>
        Settings.Stop.StopStrings.Count > 0 && _beams.All(b => Settings.Stop.EndsInStopString(TokenNode.TokensOf(b.Text)));

    private void MixInProposals(Beam[] before, SessionRows rows)
    {
        var choices = _beams.Select(b => new Choice(b, WordProgress.Of(_words, Settings.HistoryOf(Image, b.Text)).Bank)).ToList();
        var texts = _beams.Select(b => Settings.HistoryOf(Image, b.Text)).ToList();
        var buffer = ArrayPool<float>.Shared.Rent(Settings.VocabularySize);
        try
        {
            for (var i = 0; i < before.Length; i++)
            {
                Propose(before[i], i, rows, buffer.AsSpan(0, Settings.VocabularySize), texts, choices);
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }

        if (choices.Count > _beams.Length)
        {
            TakeInTurn(choices).CopyTo(_beams, 0);
        }
    }

    /// <summary>Adds a beam's proposals, except texts that are there already.</summary>
    private void Propose(Beam beam, int index, SessionRows rows, Span<float> buffer, List<int[]> texts, List<Choice> choices)
    {
        var text = Settings.HistoryOf(Image, beam.Text);
        var proposals = WordProgress.Of(_words, text).Proposals().ToList();
        if (proposals.Count == 0)
        {
            return;
        }

        var logits = rows[beam.Row];
        var scores = _candidates.Score(logits, beam.Text, buffer);
        foreach (var (token, bank) in proposals)
        {
            int[] proposed = [.. text, token];
            if (texts.Any(t => t.AsSpan().SequenceEqual(proposed)))
            {
                continue;
            }

            texts.Add(proposed);
            var node = new TokenNode(beam.Text, token, index, scores.ModelStatistics.LogProbability(logits[token]), scores[token]);
            choices.Add(new Choice(new Beam(scores[token] + beam.Score, node, beam.Row), bank));
        }
    }

    /// <summary>First the best of each bank, from the furthest down, then the second best of each, and so on.</summary>
    private Beam[] TakeInTurn(List<Choice> choices)
    {
        var sorted = choices.OrderByDescending(c => (c.Bank * BankWeight) + c.Beam.Score).ToList();
        var turns = new int[sorted.Count];
        for (var i = 1; i < turns.Length; i++)
        {
            turns[i] = sorted[i].Bank == sorted[i - 1].Bank ? turns[i - 1] + 1 : 0;
        }

        return [.. sorted.Index().OrderBy(c => turns[c.Index]).Take(_beams.Length).Select(c => c.Item.Beam)];
    }

    /// <summary>Open texts count as finished if they have all words; if too few have, all count.</summary>
    private void Close()
    {
        var byWords = _beams.ToLookup(b => HasAllWords(b.Text));
        var open = byWords[true].Count() < Options.ReturnedSequences ? byWords[true].Concat(byWords[false]) : byWords[true];
        foreach (var beam in open)
        {
            _finished.Add(beam.Text!, beam.Score, Settings.Stop.ReasonOfOpenText(beam.Text!));
        }
    }

    /// <summary>A possible beam, and how far it is with the words.</summary>
    private readonly record struct Choice(Beam Beam, int Bank);
}
