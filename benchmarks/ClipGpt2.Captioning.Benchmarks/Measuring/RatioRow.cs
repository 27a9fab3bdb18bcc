namespace ClipGpt2.Captioning.Benchmarks.Measuring;

/// <summary>One line of the result: medians over interleaved rounds; each spread is the lower and the upper quartile.</summary>
internal sealed record RatioRow
{
    public required string Workload { get; init; }

    public required string Unit { get; init; }

    public required double Ours { get; init; }

    public required double[] OursSpread { get; init; }

    /// <summary>The peer's name, with the way of running it that was fastest; null where none runs beside.</summary>
    public required string? Peer { get; init; }

    public required double? PeerValue { get; init; }

    public required double[]? PeerSpread { get; init; }

    /// <summary>The time to expect of the peer over the time it took; null where none is known.</summary>
    public required double? PeerShareOfExpected { get; init; }

    /// <summary>The peer's time over ours: above 1 we are faster.</summary>
    public required double? Ratio { get; init; }

    public required double[]? RatioSpread { get; init; }

    /// <summary>What bounds the workload.</summary>
    public required string? Limit { get; init; }

    /// <summary>The share of the limit that we reach.</summary>
    public required double? Fraction { get; init; }

    /// <summary>What the weights take in memory; null where that wasn't looked at.</summary>
    public required double? WeightMegabytes { get; init; }

    /// <summary>False where the peer fell too far behind what it is known to reach: then the row says nothing for or against anybody.</summary>
    public required bool Valid { get; init; }

    /// <summary>How often the workload was measured until its rows were valid; this row is the last try's.</summary>
    public int Tries { get; init; } = 1;

    /// <summary>The processes beside which it was measured, which wanted the cores without rest.</summary>
    public int Busy { get; init; }

    public required int Rounds { get; init; }
}
