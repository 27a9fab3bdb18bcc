namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The partial alignments of a search, best first.</summary>
internal sealed class MeteorBeam
{
    /// <summary>Matches chosen by a path, linked to those before.</summary>
    private readonly List<(MeteorMatch Match, int Before)> _history = [];

    private readonly int _size;
    private readonly int[] _order;
    private Path[] _paths = new Path[64];
    private Path[] _next = new Path[64];
    private ulong[] _used = new ulong[64];
    private ulong[] _nextUsed = new ulong[64];
    private int _words;
    private int _nextCount;

    public MeteorBeam(int size)
    {
        _size = size;
        _order = new int[size];
    }

    /// <summary>How many paths <see cref="Sort"/> has kept.</summary>
    public int Count { get; private set; }

    /// <summary>Starts with one empty path.</summary>
    public void Start(int testLength)
    {
        _history.Clear();
        _words = Math.Max(1, (testLength + 63) / 64);
        EnsureRoom(1);
        _nextUsed.AsSpan(0, _words).Clear();
        _next[0] = new Path { LastEnd = -1, History = -1 };
        _nextCount = 1;
        Advance();
    }

    /// <summary>Keeps the best paths: most words, fewest chunks, shortest distance, and of equal ones the earlier.</summary>
    public void Sort()
    {
        var found = Count;
        Count = 0;
        for (var path = 0; path < found; path++)
        {
            var place = Count;
            while (place > 0 && _paths[path].IsBefore(_paths[_order[place - 1]]))
            {
                place--;
            }

            if (place < _size)
            {
                var moved = Math.Min(Count, _size - 1) - place;
                _order.AsSpan(place, moved).CopyTo(_order.AsSpan(place + 1));
                _order[place] = path;
                Count = Math.Min(Count + 1, _size);
            }
        }
    }

    public int PositionOf(int path) => _paths[_order[path]].Position;

    /// <summary>A path that is further in the reference already.</summary>
    public void Keep(int path) => Add(_order[path], _paths[_order[path]]);

    /// <summary>A path goes through a match that is in every path.</summary>
    public void Follow(int path, MeteorMatch match)
    {
        var next = _paths[_order[path]];
        next.Append(match, Chain(next.History, match));
        Add(_order[path], next);
    }

    /// <summary>Adds a path with the match, unless a word of it is taken, and charges the distance to the path that it came from.</summary>
    public void TryChoose(int path, MeteorMatch match)
    {
        var index = _order[path];
        if (IsTaken(index, match))
        {
            return;
        }

        var next = _paths[index];
        next.Append(match, Chain(next.History, match));
        next.Words += match.Gain;
        Add(index, next);
        MarkLast(match);
        _paths[index].Distance += match.Distance;
    }

    /// <summary>A path leaves a word of the reference without a match: its chunk ends.</summary>
    public void Skip(int path)
    {
        var next = _paths[_order[path]];
        next.EndChunk();
        next.Position++;
        Add(_order[path], next);
    }

    /// <summary>Makes the paths that were added the current ones.</summary>
    public void Advance()
    {
        (_paths, _next) = (_next, _paths);
        (_used, _nextUsed) = (_nextUsed, _used);
        (Count, _nextCount) = (_nextCount, 0);
    }

    /// <summary>Gives the matches of the best path and returns its number of chunks.</summary>
    public int Finish(List<MeteorMatch> chosen)
    {
        var best = 0;
        for (var path = 0; path < Count; path++)
        {
            _paths[path].EndChunk();
            best = _paths[path].IsBefore(_paths[best]) ? path : best;
        }

        chosen.Clear();
        for (var link = _paths[best].History; link >= 0; link = _history[link].Before)
        {
            chosen.Add(_history[link].Match);
        }

        chosen.Reverse();
        return _paths[best].Chunks;
    }

    private int Chain(int before, MeteorMatch match)
    {
        _history.Add((match, before));
        return _history.Count - 1;
    }

    private void Add(int from, Path path)
    {
        EnsureRoom(_nextCount + 1);
        _used.AsSpan(from * _words, _words).CopyTo(_nextUsed.AsSpan(_nextCount * _words));
        _next[_nextCount++] = path;
    }

    private bool IsTaken(int path, MeteorMatch match)
    {
        for (var word = match.TestStart; word < match.TestEnd; word++)
        {
            if ((_used[(path * _words) + (word >> 6)] >> (word & 63) & 1) != 0)
            {
                return true;
            }
        }

        return false;
    }

    private void MarkLast(MeteorMatch match)
    {
        for (var word = match.TestStart; word < match.TestEnd; word++)
        {
            _nextUsed[((_nextCount - 1) * _words) + (word >> 6)] |= 1UL << (word & 63);
        }
    }

    private void EnsureRoom(int paths)
    {
        if (paths > _next.Length)
        {
            Array.Resize(ref _next, paths * 2);
        }

        if (paths * _words > _nextUsed.Length)
        {
            Array.Resize(ref _nextUsed, paths * _words * 2);
        }
    }

    private struct Path
    {
        public int Words;
        public int Chunks;
        public long Distance;

        /// <summary>The end in the candidate of the match that the open chunk ends with, or -1.</summary>
        public int LastEnd;
        public int Position;
        public int History;

        public readonly bool IsBefore(in Path other) =>
            Words != other.Words ? Words > other.Words : Chunks != other.Chunks ? Chunks < other.Chunks : Distance < other.Distance;

        public void Append(MeteorMatch match, int history)
        {
            if (LastEnd >= 0 && match.TestStart != LastEnd)
            {
                Chunks++;
            }

            (LastEnd, Position, History) = (match.TestEnd, match.ReferenceEnd, history);
        }

        public void EndChunk()
        {
            Chunks += LastEnd >= 0 ? 1 : 0;
            LastEnd = -1;
        }
    }
}
