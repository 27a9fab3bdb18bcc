namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The matches of runs that have few, one by one, in the order in which they are tried: nearly all runs of captions of the usual length.</summary>
internal sealed class ShortRuns(MeteorMatchFinder finder)
{
    private const int Longest = 16;

    private readonly List<SlotMatch> _matches = [];
    private readonly List<(int Start, int End)> _runs = [];

    /// <summary>Comes to the next word of the reference.</summary>
    public void Open(int word, ReadOnlySpan<MatchRun> runs)
    {
        _matches.Clear();
        _runs.Clear();
        foreach (var run in runs)
        {
            var start = _matches.Count;
            if (CountOf(run) <= Longest)
            {
                Add(word, run, start);
            }

            _runs.Add((start, _matches.Count));
        }
    }

    /// <summary>The matches of a run, given by its place among those of the word; none if it is long.</summary>
    public ReadOnlySpan<SlotMatch> this[int run] => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_matches)[_runs[run].Start.._runs[run].End];

    private int CountOf(MatchRun run)
    {
        var count = 0;
        foreach (var match in finder.All[run.Start..run.End])
        {
            count += finder.Terms[match.Term].Count;
        }

        return count;
    }

    private void Add(int word, MatchRun run, int start)
    {
        foreach (var (term, referenceLength, matcher) in finder.All[run.Start..run.End])
        {
            var (_, _, length, first, end) = finder.Terms[term];
            for (var slot = first; slot < end; slot++)
            {
                var match = new MeteorMatch(word, referenceLength, finder.Terms.Places[slot], length, matcher);
                var place = _matches.Count;
                while (place > start && match.TestStart < _matches[place - 1].Match.TestStart)
                {
                    place--;
                }

                _matches.Insert(place, new SlotMatch(slot, match));
            }
        }
    }

    /// <summary>A match, and the slot of the candidate that it takes.</summary>
    public readonly record struct SlotMatch(int Slot, MeteorMatch Match);
}
