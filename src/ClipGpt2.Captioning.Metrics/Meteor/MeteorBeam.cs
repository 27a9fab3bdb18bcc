namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The partial alignments of a search, best first.</summary>
/// <remarks>
/// Paths are sorted by words matched, most first, then by chunks and by distance, fewest first; of equal ones the earlier stays the earlier, and only the best are
/// kept. A path that can't be among them is never made: along a run its matches only get worse, but for those that go on with the path's open chunk.
/// </remarks>
internal sealed class MeteorBeam
{
    private readonly int _size;
    private readonly MeteorMatchFinder _finder;
    private readonly TakenSlots _taken = new();
    private readonly FreeMatches _free;
    private readonly ShortRuns _short;
    private readonly MeteorPathRecords _records;
    private MeteorPaths _paths;
    private MeteorPaths _next;

    public MeteorBeam(MeteorMatchFinder finder, int size)
    {
        (_finder, _size) = (finder, size);
        (_free, _short, _records) = (new FreeMatches(finder, _taken), new ShortRuns(finder), new MeteorPathRecords(_taken, size));
        (_paths, _next) = (new MeteorPaths(size), new MeteorPaths(size));
    }

    /// <summary>Starts with one empty path.</summary>
    public void Start()
    {
        _taken.Start(_finder.Terms, _size);
        _records.Start();
        _paths.Clear();
        _paths.Offer(MeteorPath.Empty);
    }

    /// <summary>All paths go through a match that no other match has a word in common with.</summary>
    public void Follow(int word, MeteorMatch match)
    {
        foreach (var index in _paths.Order)
        {
            var next = _paths[index] with { Parent = index };
            if (next.Position <= word)
            {
                next.Append(match, gain: 0);
            }

            _next.Offer(next);
        }

        Advance();
    }

    /// <summary>Each path tries all matches that start at a word of the reference, and leaves the word without one.</summary>
    public void Branch(int word, ReadOnlySpan<MatchRun> runs)
    {
        _free.Open(word, runs);
        _short.Open(word, runs);
        foreach (var index in _paths.Order)
        {
            if (_paths[index].Position > word)
            {
                _next.Offer(_paths[index] with { Parent = index });
            }
            else
            {
                Branch(index, word, runs);
            }
        }

        Advance();
    }

    /// <summary>Gives the matches of the best path and returns its number of chunks.</summary>
    /// <remarks>The paths were sorted while their last chunks were open; only now are these counted, and the first of the best wins.</remarks>
    public int Finish(List<MeteorMatch> chosen)
    {
        var best = _paths.Order[0];
        foreach (var path in _paths.Order)
        {
            _paths[path].EndChunk();
            best = _paths[path].Rank.IsBefore(_paths[best].Rank) ? path : best;
        }

        _records.Read(_paths[best], chosen);
        return _paths[best].Rank.Chunks;
    }

    /// <remarks>The distance of a match that is chosen is charged to the path that it came from: to the matches tried later, and to the path that goes on without.</remarks>
    private void Branch(int index, int word, ReadOnlySpan<MatchRun> runs)
    {
        var path = _paths[index] with { Parent = index };
        for (var i = 0; i < runs.Length; i++)
        {
            var run = runs[i];
            var matches = _short[i];
            if (matches.Length > 0)
            {
                Try(ref path, run, matches);
            }
            else
            {
                Try(ref path, run);
            }

            // If neither a later match nor the path without one can be among the best, it is of no interest how far this one's matches are.
            if (!_next.CanEnter(run.LaterGain == MatchRun.None ? path.Rank with { Chunks = path.ChunksClosed } : path.Rank with { Words = path.Rank.Words + run.LaterGain }))
            {
                return;
            }

            path.Rank.Distance += matches.Length > 0 ? 0 : _free.PassAll();
        }

        path.EndChunk();
        path.Position = word + 1;
        _next.Offer(path);
    }

    private void Try(ref MeteorPath path, MatchRun run, ReadOnlySpan<ShortRuns.SlotMatch> matches)
    {
        foreach (ref readonly var match in matches)
        {
            if (!_taken.IsFree(path.Row, match.Slot))
            {
                continue;
            }

            if (_next.CanEnter(path.Rank with { Words = path.Rank.Words + run.Gain, Chunks = path.ChunksWith(match.Match) }))
            {
                Choose(path, match.Match);
            }

            path.Rank.Distance += match.Match.Distance;
        }
    }

    private void Try(ref MeteorPath path, MatchRun run)
    {
        _free.Start(run, path.Row);
        while (_free.Peek(out var match) && _next.CanEnter(path.Rank with { Words = path.Rank.Words + run.Gain, Chunks = path.ChunksWith(match) }))
        {
            Choose(path, match);
            path.Rank.Distance += match.Distance;
            _free.Advance();
        }

        if (path.LastEnd >= 0 && _next.CanEnter(path.Rank with { Words = path.Rank.Words + run.Gain }) && _free.HasMatchAt(path.LastEnd))
        {
            path.Rank.Distance += _free.PassTo(path.LastEnd);
            while (_free.Peek(out var match) && match.TestStart == path.LastEnd)
            {
                Choose(path, match);
                path.Rank.Distance += match.Distance;
                _free.Advance();
            }
        }
    }

    private void Choose(MeteorPath path, in MeteorMatch match)
    {
        path.Append(match, match.Gain);
        _next.Offer(path);
    }

    private void Advance()
    {
        _records.Advance(_paths, _next);
        (_paths, _next) = (_next, _paths);
        _next.Clear();
    }
}
