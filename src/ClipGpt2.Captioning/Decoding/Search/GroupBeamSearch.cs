namespace ClipGpt2.Captioning.Decoding.Search;

/// <summary>Diverse beam search (<c>GenerationMixin._group_beam_search</c>, run for one image).</summary>
/// <remarks>Groups choose one after the other at each step, and know what earlier groups chose.</remarks>
internal sealed class GroupBeamSearch : ImageSearch
{
    private readonly Group[] _groups;
    private readonly int[] _chosen;
    private int _length;

    public GroupBeamSearch(int image, SearchSettings settings)
        : base(image, settings)
    {
        _chosen = new int[Options.Beams];
        _groups = new Group[Options.BeamGroups];
        for (var i = 0; i < _groups.Length; i++)
        {
            _groups[i] = new Group(image, settings);
        }
    }

    private int GroupSize => Options.Beams / Options.BeamGroups;

    public override IReadOnlyList<DecodedSequence> Results() => HypothesisList.Best(_groups.Select(g => g.Finished), Settings);

    protected override void Step(SessionRows rows)
    {
        _length++;
        for (var i = 0; i < _groups.Length; i++)
        {
            var chosen = _chosen.AsSpan(i * GroupSize, GroupSize);
            if (_groups[i].IsDone)
            {
                // A group that is done goes on "choosing" the fill token, which burdens it for later groups.
                chosen.Fill(Settings.FillToken);
            }
            else
            {
                _groups[i].Step(rows, _chosen.AsSpan(0, i * GroupSize), chosen, _length);
            }
        }

        if (_length >= Settings.MaxNewTokens || _groups.All(g => g.IsDone || g.AllStopped()))
        {
            CloseOpenGroups();
        }
        else
        {
            ContinueOpenGroups();
        }
    }

    private void CloseOpenGroups()
    {
        foreach (var group in _groups.Where(g => !g.IsDone))
        {
            group.Close();
        }
    }

    private void ContinueOpenGroups()
    {
        foreach (var group in _groups.Where(g => !g.IsDone))
        {
            for (var i = 0; i < group.Beams.Length; i++)
            {
                ref var beam = ref group.Beams[i];
                beam = beam with { Row = Continue(beam.Row, beam.Text!.Token) };
            }
        }
    }

    /// <summary>Beams that compete among themselves.</summary>
    private sealed class Group
    {
        private readonly SearchSettings _settings;
        private readonly BeamCandidates _candidates;

        public Group(int image, SearchSettings settings)
        {
            var size = settings.Options.Beams / settings.Options.BeamGroups;
            _settings = settings;
            _candidates = new BeamCandidates(image, settings, size);
            Beams = Beam.Initial(size);
            Finished = new HypothesisList(size, settings);
        }

        public Beam[] Beams { get; }

        public HypothesisList Finished { get; }

        public bool IsDone { get; private set; }

        public void Step(SessionRows rows, ReadOnlySpan<int> earlier, Span<int> chosen, int length)
        {
            _candidates.Find(Beams, rows, earlierGroupTokens: earlier);
            BeamContinuations.Choose(_candidates, Beams, rows, _settings.Stop, (text, sum) => Finished.Add(text, sum, FinishReason.EndToken));
            for (var i = 0; i < Beams.Length; i++)
            {
                chosen[i] = Beams[i].Text!.Token;
            }

            IsDone = Finished.IsDone(_candidates.Items[0].Score, length);
        }

        public bool AllStopped() => _settings.Stop.StopStrings.Count > 0 && Beams.All(b => _settings.Stop.EndsInStopString(TokenNode.TokensOf(b.Text)));

        /// <summary>All texts that are still open count as finished.</summary>
        public void Close()
        {
            foreach (var beam in Beams)
            {
                Finished.Add(beam.Text!, beam.Score, _settings.Stop.ReasonOfOpenText(beam.Text!));
            }
        }
    }
}
