namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>A partial alignment: its rank, its open chunk, and where its matches are noted.</summary>
internal record struct MeteorPath
{
    private const int None = -1;

    public MeteorRank Rank;

    /// <summary>The end in the candidate of the match that the open chunk ends with, or -1.</summary>
    public int LastEnd;

    /// <summary>The first word of the reference that the path hasn't come to.</summary>
    public int Position;

    /// <summary>The link of its last match, or -1.</summary>
    public int History;

    /// <summary>Its row of taken slots.</summary>
    public int Row;

    /// <summary>The place of the path that it came from.</summary>
    public int Parent;

    /// <summary>Whether the last step chose a match that isn't recorded yet.</summary>
    public bool HasMatch;
    public MeteorMatch Match;

    /// <summary>A path before the first word.</summary>
    public static MeteorPath Empty => new() { LastEnd = None, History = None };

    /// <summary>The number of chunks if the open one is closed.</summary>
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

/// <summary>What the paths of a <see cref="MeteorBeam"/> are sorted by.</summary>
/// <param name="Words">Words matched, on both sides.</param>
/// <param name="Chunks">Chunks, without one that is open.</param>
/// <param name="Distance">The sum of the distances that were charged.</param>
internal record struct MeteorRank(int Words, int Chunks, long Distance)
{
    public readonly bool IsBefore(MeteorRank other) =>
        Words != other.Words ? Words > other.Words : Chunks != other.Chunks ? Chunks < other.Chunks : Distance < other.Distance;
}
