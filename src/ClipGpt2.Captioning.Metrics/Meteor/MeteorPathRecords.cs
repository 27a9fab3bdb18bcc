namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>What paths remember: the matches that they chose, linked to those before, and a row each of the slots that these took.</summary>
internal sealed class MeteorPathRecords(TakenSlots taken, int size)
{
    private readonly List<(MeteorMatch Match, int Before)> _history = [];
    private readonly Stack<int> _freeRows = new();
    private readonly int[] _children = new int[size];

    /// <summary>Forgets all; the first row is the empty path's.</summary>
    public void Start()
    {
        _history.Clear();
        _freeRows.Clear();
        for (var row = size - 1; row > 0; row--)
        {
            _freeRows.Push(row);
        }
    }

    /// <summary>Makes the offered paths the current ones: each gets a row of taken slots and its place in the history.</summary>
    public void Advance(MeteorPaths current, MeteorPaths offered)
    {
        CountChildren(current, offered);
        foreach (var place in offered.Order)
        {
            ref var path = ref offered[place];
            if (--_children[path.Parent] > 0)
            {
                var row = _freeRows.Pop();
                taken.Copy(path.Row, row);
                path.Row = row;
            }

            if (path.HasMatch)
            {
                Record(ref path);
            }
        }
    }

    /// <summary>The matches of a path, from its first on.</summary>
    public void Read(in MeteorPath path, List<MeteorMatch> matches)
    {
        matches.Clear();
        for (var link = path.History; link >= 0; link = _history[link].Before)
        {
            matches.Add(_history[link].Match);
        }

        matches.Reverse();
    }

    /// <summary>The last child of a path takes over its row; the row of a path without any is free.</summary>
    private void CountChildren(MeteorPaths current, MeteorPaths offered)
    {
        foreach (var place in offered.Order)
        {
            _children[offered[place].Parent]++;
        }

        foreach (var place in current.Order)
        {
            if (_children[place] == 0)
            {
                _freeRows.Push(current[place].Row);
            }
        }
    }

    private void Record(ref MeteorPath path)
    {
        _history.Add((path.Match, path.History));
        (path.History, path.HasMatch) = (_history.Count - 1, false);
        for (var place = path.Match.TestStart; place < path.Match.TestEnd; place++)
        {
            taken.TakeWord(path.Row, place);
        }
    }
}
