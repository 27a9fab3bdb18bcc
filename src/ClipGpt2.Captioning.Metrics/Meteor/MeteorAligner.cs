namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Chooses from all matches of two captions those that cover most words, in the fewest chunks, over the shortest distances.</summary>
/// <remarks>
/// The beam search of METEOR 1.5 with its peculiarities: the distance of a match that is chosen is charged to the path it came from, which goes on as the path
/// that skips the word; words of other than exact matches count half, rounded down. Keeps room to work in; one for each thread.
/// </remarks>
internal sealed class MeteorAligner(MeteorMatchFinder finder, int beamSize)
{
    private readonly MeteorBeam _beam = new(beamSize);
    private readonly List<MeteorMatch> _chosen = [];
    private int[] _testCover = [];
    private int[] _referenceCover = [];

    /// <summary>The chosen matches, by their place in the reference.</summary>
    public IReadOnlyList<MeteorMatch> Chosen => _chosen;

    public int Chunks { get; private set; }

    /// <summary>Aligns two captions whose matches the finder holds.</summary>
    public void Align(int testLength, int referenceLength)
    {
        Count(testLength, referenceLength);
        _beam.Start(testLength);
        for (var word = 0; word < referenceLength; word++)
        {
            _beam.Sort();
            Step(word, finder.StartingAt(word));
            _beam.Advance();
        }

        Chunks = _beam.Finish(_chosen);
    }

    /// <summary>How many matches cover each word.</summary>
    private void Count(int testLength, int referenceLength)
    {
        _testCover = Cleared(_testCover, testLength);
        _referenceCover = Cleared(_referenceCover, referenceLength);
        foreach (var match in finder.All)
        {
            Cover(_testCover.AsSpan(match.TestStart, match.TestLength));
            Cover(_referenceCover.AsSpan(match.ReferenceStart, match.ReferenceLength));
        }
    }

    /// <summary>Whether no other match wants one of the words: then it is in every path.</summary>
    private bool HasNoRival(MeteorMatch match) =>
        !_testCover.AsSpan(match.TestStart, match.TestLength).ContainsAnyExcept(1)
        && !_referenceCover.AsSpan(match.ReferenceStart, match.ReferenceLength).ContainsAnyExcept(1);

    private void Step(int word, ReadOnlySpan<MeteorMatch> matches)
    {
        var isFixed = matches.Length == 1 && HasNoRival(matches[0]);
        for (var path = 0; path < _beam.Count; path++)
        {
            if (_beam.PositionOf(path) > word)
            {
                _beam.Keep(path);
            }
            else if (isFixed)
            {
                _beam.Follow(path, matches[0]);
            }
            else
            {
                foreach (var match in matches)
                {
                    _beam.TryChoose(path, match);
                }

                _beam.Skip(path);
            }
        }
    }

    private static void Cover(Span<int> words)
    {
        foreach (ref var word in words)
        {
            word++;
        }
    }

    private static int[] Cleared(int[] room, int length)
    {
        if (room.Length < length)
        {
            return new int[length * 2];
        }

        room.AsSpan(0, length).Clear();
        return room;
    }
}
