using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Proofs;

namespace ClipGpt2.Captioning.Tool.Diagnosis;

/// <summary>What a kind of layer computes with on this machine.</summary>
/// <param name="Layer">The kind of layer.</param>
/// <param name="Format">The number format.</param>
/// <param name="Path">What computes.</param>
/// <param name="GaveWay">Whether another way, which would have come first, computed wrong.</param>
/// <param name="Proof">That it proved itself, and what didn't.</param>
internal sealed record KernelFacts(string Layer, string Format, string Path, bool GaveWay, string Proof)
{
    // Auto is one of these.
    private static readonly Precision[] OnCpu = [Precision.Float32, Precision.BFloat16, Precision.Int8Weights];
    private static readonly Precision[] OnGpu = [Precision.Float32, Precision.BFloat16, Precision.Float16];
    private static readonly Precision[] Training = [Precision.Float32, Precision.BFloat16];

    /// <summary>Builds small layers of every kind, which makes them prove themselves, and lists all ways that this process found.</summary>
    public static IReadOnlyList<KernelFacts> Find(ComputeOptions device, Faults faults, CancellationToken token)
    {
        var inference = (device.IsCuda ? OnGpu : OnCpu).Select(precision => device with { Precision = precision });
        foreach (var compute in inference.Concat(Training.Select(precision => device with { Precision = precision, Trainable = true })))
        {
            foreach (var (kind, run) in LayerProbe.Kinds)
            {
                token.ThrowIfCancellationRequested();
                faults.Try($"{kind}{(compute.Trainable ? " that are trained" : "")} in {compute.Precision}", () => run(compute));
            }
        }

        return [.. KernelLedger.Choices.Select(choice => new KernelFacts(choice.Layer, choice.Format, choice.Path, choice.IsFallback, choice.Reason))];
    }
}
