namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The partial alignments of a search, best first.</summary>
/// <remarks>
/// Paths are sorted by words matched, most first, then by chunks and by distance, fewest first; of equal ones the earlier stays the earlier, and only the best are
/// kept. A path that can't be among them is never made: along a run its matches only get worse, but for those that go on with the path's open chunk.
/// </remarks>
internal sealed class MeteorBeam
{
    private const int None = -1;

    private readonly int _size;
    private readonly MeteorMatchFinder _finder;
    private readonly TakenSlots _taken = new();
    private readonly FreeMatches _free;
    private readonly ShortRuns _short;

    /// <summary>Matches chosen by a path, linked to those before.</summary>
    private readonly List<(MeteorMatch Match, int Before)> _history = [];

    private readonly Stack<int> _freeRows = new();
    private readonly int[] _children;
    private Path[] _paths;
    private Path[] _next;
    private int[] _order;
    private int[] _nextOrder;
    private int _count;
    private int _nextCount;

    public MeteorBeam(MeteorMatchFinder finder, int size)
    {
        (_finder, _size) = (finder, size);
        (_free, _short) = (new FreeMatches(finder, _taken), new ShortRuns(finder));
        (_paths, _next, _order, _nextOrder, _children) = (new Path[size], new Path[size], new int[size], new int[size], new int[size]);
    }

    /// <summary>Starts with one empty path.</summary>
    public void Start()
    {
        _history.Clear();
        _taken.Start(_finder.Terms, _size);
        _freeRows.Clear();
        for (var row = _size - 1; row > 0; row--)
        {
            _freeRows.Push(row);
        }

        _paths[0] = new Path { LastEnd = None, History = None };
        (_order[0], _count) = (0, 1);
    }

    /// <summary>All paths go through a match that no other match has a word in common with.</summary>
    public void Follow(int word, MeteorMatch match)
    {
        foreach (var index in _order.AsSpan(0, _count))
        {
            var next = _paths[index] with { Parent = index };
            if (next.Position <= word)
            {
                next.Append(match, gain: 0);
            }

            Offer(next);
        }

        Advance();
    }

    /// <summary>Each path tries all matches that start at a word of the reference, and leaves the word without one.</summary>
    public void Branch(int word, ReadOnlySpan<MatchRun> runs)
    {
        _free.Open(word, runs);
        _short.Open(word, runs);
        foreach (var index in _order.AsSpan(0, _count))
        {
            if (_paths[index].Position > word)
            {
                Offer(_paths[index] with { Parent = index });
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
        var best = _order[0];
        foreach (var path in _order.AsSpan(0, _count))
        {
            _paths[path].EndChunk();
            best = _paths[path].Rank.IsBefore(_paths[best].Rank) ? path : best;
        }

        chosen.Clear();
        for (var link = _paths[best].History; link >= 0; link = _history[link].Before)
        {
            chosen.Add(_history[link].Match);
        }

        chosen.Reverse();
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
            if (!CanEnter(run.LaterGain == MatchRun.None ? path.Rank with { Chunks = path.ChunksClosed } : path.Rank with { Words = path.Rank.Words + run.LaterGain }))
            {
                return;
            }

            path.Rank.Distance += matches.Length > 0 ? 0 : _free.PassAll();
        }

        path.EndChunk();
        path.Position = word + 1;
        Offer(path);
    }

    private void Try(ref Path path, MatchRun run, ReadOnlySpan<ShortRuns.SlotMatch> matches)
    {
        foreach (ref readonly var match in matches)
        {
            if (!_taken.IsFree(path.Row, match.Slot))
            {
                continue;
            }

            if (CanEnter(path.Rank with { Words = path.Rank.Words + run.Gain, Chunks = path.ChunksWith(match.Match) }))
            {
                Choose(path, match.Match);
            }

            path.Rank.Distance += match.Match.Distance;
        }
    }

    private void Try(ref Path path, MatchRun run)
    {
        _free.Start(run, path.Row);
        while (_free.Peek(out var match) && CanEnter(path.Rank with { Words = path.Rank.Words + run.Gain, Chunks = path.ChunksWith(match) }))
        {
            Choose(path, match);
            path.Rank.Distance += match.Distance;
            _free.Advance();
        }

        if (path.LastEnd >= 0 && CanEnter(path.Rank with { Words = path.Rank.Words + run.Gain }) && _free.HasMatchAt(path.LastEnd))
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

    private void Choose(Path path, in MeteorMatch match)
    {
        path.Append(match, match.Gain);
        Offer(path);
    }

    private bool CanEnter(Rank rank) => _nextCount < _size || rank.IsBefore(_next[_nextOrder[_size - 1]].Rank);

    private void Offer(in Path path)
    {
        var place = _nextCount;
        while (place > 0 && path.Rank.IsBefore(_next[_nextOrder[place - 1]].Rank))
        {
            place--;
        }

        if (place == _size)
        {
            return;
        }

        var room = _nextCount < _size ? _nextCount++ : _nextOrder[_size - 1];
        _nextOrder.AsSpan(place, _nextCount - 1 - place).CopyTo(_nextOrder.AsSpan(place + 1));
        _nextOrder[place] = room;
        _next[room] = path;
    }

    /// <summary>Makes the offered paths the current ones: each gets a row of taken slots and its place in the history.</summary>
    private void Advance()
    {
        CountChildren();
        foreach (var index in _nextOrder.AsSpan(0, _nextCount))
        {
            ref var path = ref _next[index];
            if (--_children[path.Parent] > 0)
            {
                var row = _freeRows.Pop();
                _taken.Copy(path.Row, row);
                path.Row = row;
            }

            if (path.HasMatch)
            {
                Record(ref path);
            }
        }

        (_paths, _next) = (_next, _paths);
        (_order, _nextOrder) = (_nextOrder, _order);
        (_count, _nextCount) = (_nextCount, 0);
    }

    /// <summary>The last child of a path takes over its row; the row of a path without any is free.</summary>
    private void CountChildren()
    {
        foreach (var index in _nextOrder.AsSpan(0, _nextCount))
        {
            _children[_next[index].Parent]++;
        }

        foreach (var index in _order.AsSpan(0, _count))
        {
            if (_children[index] == 0)
            {
                _freeRows.Push(_paths[index].Row);
            }
        }
    }

    private void Record(ref Path path)
    {
        _history.Add((path.Match, path.History));
        (path.History, path.HasMatch) = (_history.Count - 1, false);
        for (var place = path.Match.TestStart; place < path.Match.TestEnd; place++)
        {
            _taken.TakeWord(path.Row, place);
        }
    }

    /// <summary>What paths are sorted by.</summary>
    private record struct Rank(int Words, int Chunks, long Distance)
    {
        public readonly bool IsBefore(Rank other) =>
            Words != other.Words ? Words > other.Words : Chunks != other.Chunks ? Chunks < other.Chunks : Distance < other.Distance;
    }

    private record struct Path
    {
        public Rank Rank;

        /// <summary>The end in the candidate of the match that the open chunk ends with, or -1.</summary>
        public int LastEnd;
        public int Position;
        public int History;
        public int Row;
        public int Parent;

        /// <summary>Whether the last step chose a match that isn't recorded yet.</summary>
        public bool HasMatch;
        public MeteorMatch Match;

        public readonly int ChunksClosed => LastEnd >= 0 ? Rank.Chunks + 1 : Rank.Chunks;

        public readonly int ChunksWith(in MeteorMatch match) => LastEnd >= 0 && match.TestStart != LastEnd ? Rank.Chunks + 1 : Rank.Chunks;

        public void Append(in MeteorMatch match, int gain)
        {
            Rank = Rank with { Words = Rank.Words + gain, Chunks = ChunksWith(match) };
            (LastEnd, Position, HasMatch, Match) = (match.TestEnd, match.ReferenceEnd, true, match);
        }

        public void EndChunk()
        {
            Rank.Chunks = ChunksClosed;
            LastEnd = None;
        }
    }
}
