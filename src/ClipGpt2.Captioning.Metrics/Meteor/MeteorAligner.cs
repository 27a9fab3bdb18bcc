namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Chooses from all matches of two captions those that cover most words, in the fewest chunks, over the shortest distances.</summary>
/// <remarks>
/// The beam search of METEOR 1.5 with its peculiarities: the distance of a match that is chosen is charged to the path it came from, which goes on as the path
/// that skips the word; words of other than exact matches count half, rounded down. Its time grows with the captions' length, not with the number of pairs of
/// words. Keeps room to work in; one for each thread.
/// </remarks>
internal sealed class MeteorAligner(MeteorMatchFinder finder, int beamSize)
{
    private readonly MeteorBeam _beam = new(finder, beamSize);
    private readonly List<MeteorMatch> _chosen = [];
    private long[] _termUse = [];
    private long[] _referenceCover = [];

    /// <summary>The chosen matches, by their place in the reference.</summary>
    public IReadOnlyList<MeteorMatch> Chosen => _chosen;

    public int Chunks { get; private set; }

    /// <summary>Aligns two captions whose matches the finder holds.</summary>
    public void Align(int referenceLength)
    {
        CountMatches(referenceLength);
        _beam.Start();
        for (var word = 0; word < referenceLength; word++)
        {
            if (IsFixed(word, out var match))
            {
                _beam.Follow(word, match);
            }
            else
            {
                _beam.Branch(word, finder.StartingAt(word));
            }
        }

        Chunks = _beam.Finish(_chosen);
    }

    /// <summary>How many matches use each term of the candidate, and how many cover each word of the reference.</summary>
    private void CountMatches(int referenceLength)
    {
        _termUse = Cleared(_termUse, finder.Terms.Count);
        _referenceCover = Cleared(_referenceCover, referenceLength);
        for (var word = 0; word < referenceLength; word++)
        {
            foreach (var match in MatchesAt(word))
            {
                _termUse[match.Term]++;
                foreach (ref var cover in _referenceCover.AsSpan(word, match.ReferenceLength))
                {
                    cover += finder.Terms[match.Term].Count;
                }
            }
        }
    }

    /// <summary>Whether one match starts at a word and no other match wants one of its words: then it is in every path.</summary>
    private bool IsFixed(int word, out MeteorMatch match)
    {
        match = default;
        var matches = MatchesAt(word);
        if (matches.Length != 1 || finder.Terms[matches[0].Term] is not { Count: 1 } term)
        {
            return false;
        }

        match = new MeteorMatch(word, matches[0].ReferenceLength, finder.Terms.Places[term.Start], term.Length, matches[0].Matcher);
        return !_referenceCover.AsSpan(word, match.ReferenceLength).ContainsAnyExcept(1) && HasNoRival(match);
    }

    private bool HasNoRival(MeteorMatch match)
    {
        for (var place = match.TestStart; place < match.TestEnd; place++)
        {
            var cover = 0L;
            foreach (var slot in finder.Terms.SlotsOver(place))
            {
                cover += _termUse[finder.Terms.TermOf(slot)];
            }

            if (cover != 1)
            {
                return false;
            }
        }

        return true;
    }

    private ReadOnlySpan<TermMatch> MatchesAt(int word) =>
        finder.StartingAt(word) is [var first, ..] runs ? finder.All[first.Start..runs[^1].End] : [];

    private static long[] Cleared(long[] room, int length)
    {
        if (room.Length < length)
        {
            return new long[length * 2];
        }

        room.AsSpan(0, length).Clear();
        return room;
    }
}
