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
    // Float16 is for GPUs, and Auto is one of these.
    private static readonly Precision[] Inference = [Precision.Float32, Precision.BFloat16, Precision.Int8Weights];
    private static readonly Precision[] Training = [Precision.Float32, Precision.BFloat16];

    /// <summary>Builds small layers of every kind, which makes them prove themselves, and lists all ways that this process found.</summary>
    public static IReadOnlyList<KernelFacts> Find(Faults faults, CancellationToken token)
    {
        foreach (var compute in Inference.Select(p => new ComputeOptions { Precision = p }).Concat(Training.Select(p => new ComputeOptions { Precision = p, Trainable = true })))
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
