namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Walks over the matches of a run whose words a path hasn't taken, by their place in the candidate.</summary>
internal sealed class FreeMatches(MeteorMatchFinder finder, TakenSlots taken)
{
    private int[] _slots = new int[16];
    private MatchRun _run;
    private int _row;
    private int _word;
    private int _first;

    /// <summary>Starts with the first match.</summary>
    /// <param name="run">The matches.</param>
    /// <param name="word">The place in the reference where they start.</param>
    /// <param name="row">The path's row of taken slots.</param>
    public void Start(MatchRun run, int word, int row)
    {
        (_run, _word, _row) = (run, word, row);
        if (_slots.Length < run.End - run.Start)
        {
            _slots = new int[(run.End - run.Start) * 2];
        }

        for (var i = 0; i < run.End - run.Start; i++)
        {
            var term = TermOf(i);
            _slots[i] = taken.FirstFree(row, term.Start, term.End);
        }

        FindFirst();
    }

    /// <summary>The next match, which stays the next one.</summary>
    public bool Peek(out MeteorMatch match)
    {
        if (_first < 0)
        {
            match = default;
            return false;
        }

        var (term, referenceLength, matcher) = finder.All[_run.Start + _first];
        match = new MeteorMatch(_word, referenceLength, finder.Terms.Places[_slots[_first]], finder.Terms[term].Length, matcher);
        return true;
    }

    public void Advance()
    {
        _slots[_first] = taken.FirstFree(_row, _slots[_first] + 1, TermOf(_first).End);
        FindFirst();
    }

    /// <summary>Passes all matches before a place of the candidate and returns the sum of their distances.</summary>
    public long PassTo(int place)
    {
        var distance = 0L;
        for (var i = 0; i < _run.End - _run.Start; i++)
        {
            var end = TermOf(i).End;
            var target = _slots[i] < end ? finder.Terms.FirstFrom(_slots[i], end, place) : end;
            distance += DistanceOf(_slots[i], target, end);
            _slots[i] = taken.FirstFree(_row, target, end);
        }

        FindFirst();
        return distance;
    }

    private long DistanceOf(int from, int to, int end)
    {
        if (from >= to)
        {
            return 0;
        }

        var middle = Math.Min(to, finder.Terms.FirstFrom(from, end, _word));
        var (before, placesBefore) = taken.Free(_row, from, middle);
        var (after, placesAfter) = taken.Free(_row, middle, to);
        return ((long)_word * before) - placesBefore + placesAfter - ((long)_word * after);
    }

    private void FindFirst()
    {
        _first = -1;
        var firstPlace = int.MaxValue;
        for (var i = 0; i < _run.End - _run.Start; i++)
        {
            if (_slots[i] < TermOf(i).End && finder.Terms.Places[_slots[i]] is var place && place < firstPlace)
            {
                (_first, firstPlace) = (i, place);
            }
        }
    }

    private TestTerms.Term TermOf(int match) => finder.Terms[finder.All[_run.Start + match].Term];
}
