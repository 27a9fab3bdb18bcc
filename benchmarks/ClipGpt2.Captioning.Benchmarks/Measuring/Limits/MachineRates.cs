namespace ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

/// <summary>What the machine can do at most, as measured at one moment.</summary>
/// <param name="Float32">FLOP/s of a large float32 matrix product, by the best library in the process.</param>
/// <param name="Reduced">The same for bfloat16, or <paramref name="Float32"/> where that is more.</param>
/// <param name="Memory">Bytes read from memory in a second.</param>
internal sealed record MachineRates(double Float32, double Reduced, double Memory)
{
    /// <summary>What the machine did most of the time that it was left alone: the upper quartile of several moments.</summary>
    public static MachineRates UpperQuartile(IReadOnlyList<MachineRates> moments) => Each(moments, s => s.UpperQuartile);

    public static MachineRates Median(IReadOnlyList<MachineRates> moments) => Each(moments, s => s.Median);

    private static MachineRates Each(IReadOnlyList<MachineRates> moments, Func<Series, double> pick) => new(
        pick(new Series(moments.Select(m => m.Float32))),
        pick(new Series(moments.Select(m => m.Reduced))),
        pick(new Series(moments.Select(m => m.Memory))));
}
