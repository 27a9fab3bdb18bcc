namespace ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

/// <summary>The least that a run has to do, phase after phase; in each, either arithmetic or memory decides how long it takes at best.</summary>
internal sealed record Roofline(bool Reduced, params IReadOnlyList<Phase> Phases)
{
    /// <summary>The time that a run would take at the machine's limits.</summary>
    public double Seconds(MachineRates rates) => Phases.Sum(p => p.Count * Math.Max(p.Flops / Gemm(rates), p.Bytes / rates.Memory));

    /// <summary>The limit that decides: <c>gemm</c> or <c>memory</c>, or both where the phases differ.</summary>
    public string Name(MachineRates rates)
    {
        var names = Phases.Select(p => p.Flops / Gemm(rates) >= p.Bytes / rates.Memory ? GemmName : "memory");
        return string.Join(" + ", names.Distinct().Order(StringComparer.Ordinal));
    }

    private string GemmName => Reduced ? "bfloat16 gemm" : "float32 gemm";

    private double Gemm(MachineRates rates) => Reduced ? rates.Reduced : rates.Float32;
}

/// <summary>One kind of pass through a model.</summary>
/// <param name="Flops">Floating-point operations, two for each multiply-add.</param>
/// <param name="Bytes">What must be read from memory: the weights.</param>
/// <param name="Count">How often it comes in a run.</param>
internal sealed record Phase(double Flops, double Bytes, int Count = 1);
