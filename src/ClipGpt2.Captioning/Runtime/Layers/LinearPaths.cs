using ClipGpt2.Captioning.Runtime.Proofs;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Runtime.Layers;

/// <summary>The ways to build linear layers, best first. The first that proves itself is taken; one that fails gives way to those behind it.</summary>
internal static class LinearPaths
{
    private static readonly LinearPath[] All = [new Int8Path(), new FilledPath(), new PackedPath(padded: true), new PackedPath(padded: false), new PlainPath(), new ManagedPath()];

    /// <summary>Builds a layer, and takes ownership of its tensors.</summary>
    /// <param name="weight">Float32 on the CPU, [out, in], or [in, out] if <paramref name="inputRows"/>.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="compute">Where and how to compute.</param>
    /// <param name="inputRows">Whether the weight is stored the other way round.</param>
    /// <param name="wanted">The only way that may be taken, or <see cref="KernelPath.Auto"/>.</param>
    /// <exception cref="NativeBackendException">No way that may be taken computes right on this machine.</exception>
    public static LinearProduct Build(Tensor weight, Tensor? bias, ComputeOptions compute, bool inputRows, KernelPath wanted)
    {
        using (weight)
        using (bias)
        {
            using var contiguous = weight.contiguous();
            return Choose(new OriginalWeight(contiguous, bias, inputRows), compute, wanted);
        }
    }

    /// <summary>Builds a layer of weights that stay the caller's.</summary>
    public static LinearProduct Choose(OriginalWeight original, ComputeOptions compute, KernelPath wanted)
    {
        var isBound = compute.Trainable || compute.IsCuda;
        List<string> faults = [], missing = [];
        foreach (var path in All.Where(path => path.Fits(original, compute) && (isBound ? path.Kind == KernelPath.Plain : wanted == KernelPath.Auto || path.Kind == wanted)))
        {
            if (path.Missing(compute) is { } lack)
            {
                missing.Add(lack);
                continue;
            }

            var (product, fault) = path.Prove(original, compute, wanted);
            if (fault is not null)
            {
                faults.Add(fault);
            }

            if (product is not null)
            {
                Record(path.Name, compute, wanted, missing, faults);
                return product;
            }
        }

        throw new NativeBackendException(
            $"No way to compute linear layers in {compute.Precision} gives right results on this machine{(wanted == KernelPath.Auto ? "" : $" with TorchRuntimeOptions.Kernels = {wanted}")}: "
            + string.Join("; ", (faults.Count > 0 ? faults : missing).Distinct()) + ". Run 'clipgpt2 doctor', and see docs/troubleshooting.md.");
    }

    private static void Record(string path, ComputeOptions compute, KernelPath wanted, List<string> missing, List<string> faults)
    {
        var isBound = compute.Trainable || compute.IsCuda;
        var proof = isBound ? "proven; the only way for weights that are trained and on GPUs" : wanted == KernelPath.Auto ? "proven" : $"proven, and asked for by TorchRuntimeOptions.Kernels = {wanted}";
        var reason = string.Join("; ", faults.Count > 0 ? faults.Distinct() : missing.Distinct().Prepend(proof));
        KernelLedger.Add(new KernelChoice(isBound ? "Linear layers that are trained or on a GPU" : "Linear layers", compute.Precision.ToString(), path, reason, faults.Count > 0));
    }
}
