namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Walks over the matches of a long run whose words a path hasn't taken, by their place in the candidate, and passes many at once.</summary>
internal sealed class FreeMatches(MeteorMatchFinder finder, TakenSlots taken)
{
    /// <summary>For all term matches at a word where the walk over each stands.</summary>
    private Cursor[] _cursors = new Cursor[16];
    private int _word;
    private int _firstMatch;
    private int _row;
    private int _start;
    private int _end;
    private int _next;

    /// <summary>Comes to the next word of the reference.</summary>
    public void Open(int word, ReadOnlySpan<MatchRun> runs)
    {
        if (runs.Length == 0)
        {
            return;
        }

        (_word, _firstMatch) = (word, runs[0].Start);
        var matches = finder.All[runs[0].Start..runs[^1].End];
        if (_cursors.Length < matches.Length)
        {
            _cursors = new Cursor[matches.Length * 2];
        }

        for (var i = 0; i < matches.Length; i++)
        {
            ref readonly var term = ref finder.Terms[matches[i].Term];
            _cursors[i] = new Cursor(matches[i], term, finder.Terms.FirstFrom(term.Start, term.End, word));
        }
    }

    /// <summary>Starts with the first match of a run.</summary>
    public void Start(MatchRun run, int row)
    {
        (_row, _start, _end) = (row, run.Start - _firstMatch, run.End - _firstMatch);
        foreach (ref var cursor in _cursors.AsSpan(_start.._end))
        {
            cursor.Slot = taken.FirstFree(row, cursor.Term.Start, cursor.Term.End);
        }

        FindNext();
    }

    /// <summary>The next match, which stays the next one.</summary>
    public bool Peek(out MeteorMatch match)
    {
        if (_next < 0)
        {
            match = default;
            return false;
        }

        ref readonly var cursor = ref _cursors[_next];
        match = new MeteorMatch(_word, cursor.Match.ReferenceLength, finder.Terms.Places[cursor.Slot], cursor.Term.Length, cursor.Match.Matcher);
        return true;
    }

    public void Advance()
    {
        ref var cursor = ref _cursors[_next];
        cursor.Slot = taken.FirstFree(_row, cursor.Slot + 1, cursor.Term.End);
        FindNext();
    }

    /// <summary>Whether one of the matches that are left starts at a place of the candidate.</summary>
    public bool HasMatchAt(int place)
    {
        foreach (ref readonly var cursor in _cursors.AsSpan(_start.._end))
        {
            var slot = finder.Terms.SlotAt(cursor.Term, place);
            if (slot >= cursor.Slot && taken.IsFree(_row, slot))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Passes all matches before a place of the candidate and returns the sum of their distances.</summary>
    public long PassTo(int place)
    {
        var distance = 0L;
        foreach (ref var cursor in _cursors.AsSpan(_start.._end))
        {
            var end = cursor.Term.End;
            var target = finder.Terms.SlotAt(cursor.Term, place);
            target = Math.Max(cursor.Slot, target >= 0 ? target : finder.Terms.FirstFrom(cursor.Slot, end, place));
            distance += DistanceOf(cursor.Slot, target, Math.Clamp(cursor.Middle, cursor.Slot, target));
            cursor.Slot = taken.FirstFree(_row, target, end);
        }

        FindNext();
        return distance;
    }

    /// <summary>Passes all matches that are left and returns the sum of their distances.</summary>
    public long PassAll()
    {
        var distance = 0L;
        foreach (ref var cursor in _cursors.AsSpan(_start.._end))
        {
            distance += DistanceOf(cursor.Slot, cursor.Term.End, Math.Max(cursor.Slot, cursor.Middle));
            cursor.Slot = cursor.Term.End;
        }

        _next = -1;
        return distance;
    }

    /// <summary>The sum of the distances of some slots, of which those from the middle on don't stand before the word.</summary>
    private long DistanceOf(int from, int to, int middle) => from == to
        ? 0
        : taken.Free(_row, middle, to).DistanceFrom(_word) - taken.Free(_row, from, middle).DistanceFrom(_word);

    private void FindNext()
    {
        _next = -1;
        var nextPlace = int.MaxValue;
        for (var i = _start; i < _end; i++)
        {
            ref readonly var cursor = ref _cursors[i];
            if (cursor.Slot < cursor.Term.End && finder.Terms.Places[cursor.Slot] is var place && place < nextPlace)
            {
                (_next, nextPlace) = (i, place);
            }
        }
    }

    private struct Cursor(TermMatch match, TestTerms.Term term, int middle)
    {
        public readonly TermMatch Match = match;
        public readonly TestTerms.Term Term = term;

        /// <summary>The first slot of the term that doesn't stand before the word's place.</summary>
        public readonly int Middle = middle;

        /// <summary>The next free slot of the term, or its end.</summary>
        public int Slot;
    }
}
