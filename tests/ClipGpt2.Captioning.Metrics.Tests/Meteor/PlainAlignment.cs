using ClipGpt2.Captioning.Metrics.Meteor;

namespace ClipGpt2.Captioning.Metrics.Tests.Meteor;

/// <summary>METEOR's search as its rules are written down: all matches in a list, all paths in a list, no thought of time.</summary>
internal sealed class PlainAlignment
{
    private readonly int _beamSize;
    private readonly List<List<MeteorMatch>> _matches;
    private readonly bool[] _isFixed;

    /// <param name="matches">For each word of the reference the matches that start there, in the order in which they are tried.</param>
    /// <param name="beamSize">How many paths are kept.</param>
    public PlainAlignment(List<List<MeteorMatch>> matches, int beamSize)
    {
        (_matches, _beamSize) = (matches, beamSize);
        _isFixed = [.. matches.Select(m => m is [var only] && HasNoRival(only))];
    }

    /// <summary>The matches of the best path, and its chunks.</summary>
    public (IReadOnlyList<MeteorMatch> Chosen, int Chunks) Best()
    {
        List<Path> paths = [new Path([], 0, 0, 0, -1, 0)];
        for (var word = 0; word < _matches.Count; word++)
        {
            var sorted = Sorted(paths).Take(_beamSize);
            paths = [.. sorted.SelectMany(path => path.Position > word ? [path] : Next(path, word))];
        }

        var ended = Sorted(paths).Take(_beamSize).Select(path => path.Closed()).ToList();
        var best = Sorted(ended).First();
        return (best.Chosen, best.Chunks);
    }

    private IEnumerable<Path> Next(Path path, int word)
    {
        if (_isFixed[word])
        {
            yield return path.With(_matches[word][0], gain: 0);
            yield break;
        }

        foreach (var match in _matches[word].Where(m => !path.Chosen.Any(chosen => ShareTestWords(chosen, m))))
        {
            yield return path.With(match, match.Gain);
            path = path with { Distance = path.Distance + Math.Abs(match.TestStart - match.ReferenceStart) };
        }

        yield return path.Closed() with { Position = word + 1 };
    }

    private bool HasNoRival(MeteorMatch match) =>
        _matches.SelectMany(m => m).Count(m => ShareTestWords(m, match) || (m.ReferenceStart < match.ReferenceEnd && match.ReferenceStart < m.ReferenceEnd)) == 1;

    private static bool ShareTestWords(MeteorMatch a, MeteorMatch b) => a.TestStart < b.TestEnd && b.TestStart < a.TestEnd;

    private static IEnumerable<Path> Sorted(IEnumerable<Path> paths) =>
        paths.OrderByDescending(p => p.Words).ThenBy(p => p.Chunks).ThenBy(p => p.Distance);

    private sealed record Path(MeteorMatch[] Chosen, int Words, int Chunks, long Distance, int LastEnd, int Position)
    {
        public Path With(MeteorMatch match, int gain) => this with
        {
            Chosen = [.. Chosen, match],
            Words = Words + gain,
            Chunks = LastEnd >= 0 && LastEnd != match.TestStart ? Chunks + 1 : Chunks,
            LastEnd = match.TestEnd,
            Position = match.ReferenceEnd,
        };

        public Path Closed() => this with { Chunks = LastEnd >= 0 ? Chunks + 1 : Chunks, LastEnd = -1 };
    }
}
