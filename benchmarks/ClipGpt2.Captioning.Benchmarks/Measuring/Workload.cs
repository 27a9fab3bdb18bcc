using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

namespace ClipGpt2.Captioning.Benchmarks.Measuring;

/// <summary>One piece of work, done by our library in one or several ways and, where there is one, by a peer beside it.</summary>
/// <param name="Name">What is done, with its size: <c>ViT-B/32, batch 8</c>.</param>
/// <param name="Unit">What its figures mean.</param>
/// <param name="Ours">Our ways of doing it, such as one for each precision.</param>
internal sealed record Workload(string Name, Unit Unit, params IReadOnlyList<Variant> Ours)
{
    /// <summary>The program to compare with, or null.</summary>
    public Peer? Peer { get; init; }

    /// <summary>Work whose speed is the limit, where that is neither arithmetic nor memory: decoding alone, for preprocessing.</summary>
    public Contender? Yardstick { get; init; }

    /// <summary>Makes what all sides need and compares their outputs; called once, before anything is timed.</summary>
    /// <value>The default does nothing.</value>
    public Action Begin { get; init; } = () => { };

    /// <summary>Frees what the sides hold; called once, also if the outputs disagreed.</summary>
    /// <value>The default does nothing.</value>
    public Action End { get; init; } = () => { };
}

/// <summary>One of our ways of doing a workload.</summary>
/// <param name="Program">How it is run; its name is appended to the workload's.</param>
/// <param name="Roofline">What it must do at least; null where the workload's yardstick is the limit, or there is none.</param>
/// <param name="WeightMegabytes">What the weights that it reads take in memory, once they are loaded; or null.</param>
internal sealed record Variant(Contender Program, Roofline? Roofline = null, Func<double?>? WeightMegabytes = null);

/// <summary>The program to compare with.</summary>
/// <param name="Programs">The ways in which it is run; the one that turns out to be fastest counts.</param>
/// <param name="Expected">The seconds that a run takes where it is driven well, given the machine's limits; null where that isn't known.</param>
internal sealed record Peer(IReadOnlyList<Contender> Programs, Func<MachineRates, double>? Expected = null)
{
    public Peer(Contender program)
        : this([program])
    {
    }
}
