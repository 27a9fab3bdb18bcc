using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

namespace ClipGpt2.Captioning.Benchmarks.Measuring;

/// <summary>What the rounds over one workload gave: seconds a run for each side, in the order of the rounds, and the machine's limits meanwhile.</summary>
internal sealed class Measurement(Workload workload, IReadOnlyDictionary<Contender, List<double>> seconds, IReadOnlyList<MachineRates> rates)
{
    // The peer must come this near to what it is known to reach, or it was driven badly and the comparison says nothing.
    private const double LeastShareOfExpected = 0.9;

    private readonly MachineRates _rates = MachineRates.Median(rates);

    // The way of running the peer that was fastest.
    private readonly Contender? _peer = workload.Peer?.Programs.MinBy(program => new Series(seconds[program]).Median);

    public IEnumerable<RatioRow> Rows() => workload.Ours.Select(Row);

    private RatioRow Row(Variant variant)
    {
        var ours = Series(variant.Program);
        var peer = _peer is null ? null : Series(_peer);
        var (limit, limitSeconds) = Limit(variant);
        return new RatioRow
        {
            Workload = variant.Program.Name.Length == 0 ? workload.Name : $"{workload.Name}, {variant.Program.Name}",
            Unit = workload.Unit.Name,
            Ours = Value(ours),
            OursSpread = Spread(ours),
            Peer = _peer?.Name,
            PeerValue = peer is null ? null : Value(peer),
            PeerSpread = peer is null ? null : Spread(peer),
            PeerShareOfExpected = PeerShareOfExpected(),
            Ratio = peer is null ? null : peer.Median / ours.Median,
            RatioSpread = _peer is null ? null : PairedSpread(_peer, variant.Program),
            Limit = limit,
            Fraction = limitSeconds / ours.Median,
            WeightMegabytes = variant.WeightMegabytes?.Invoke(),
            Valid = !(PeerShareOfExpected() < LeastShareOfExpected),
            Rounds = rates.Count,
        };
    }

    private (string? Name, double? Seconds) Limit(Variant variant) => (variant.Roofline, workload.Yardstick) switch
    {
        ({ } roofline, _) => (roofline.Name(_rates), roofline.Seconds(_rates)),
        (null, { } yardstick) => (yardstick.Name, Series(yardstick).Median),
        _ => (null, null),
    };

    /// <summary>What is known of the peer are its best runs, so its best is held against what the machine does when it is left alone.</summary>
    private double? PeerShareOfExpected() => workload.Peer is { Expected: { } expected, Programs: var programs }
        ? expected(MachineRates.UpperQuartile(rates)) / programs.Min(program => Series(program).Least)
        : null;

    /// <summary>The quartiles of the ratios within a round.</summary>
    private double[] PairedSpread(Contender peer, Contender ours)
    {
        var ratios = new Series(seconds[peer].Zip(seconds[ours], (p, o) => p / o));
        return [ratios.LowerQuartile, ratios.UpperQuartile];
    }

    private Series Series(Contender contender) => new(seconds[contender]);

    private double Value(Series series) => workload.Unit.FromSeconds(series.Median);

    private double[] Spread(Series series)
    {
        var values = series.Select(workload.Unit.FromSeconds);
        return [values.LowerQuartile, values.UpperQuartile];
    }
}
