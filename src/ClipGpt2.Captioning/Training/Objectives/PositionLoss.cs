using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Kernels;
using ClipGpt2.Captioning.Runtime.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Objectives;

/// <summary>How badly chosen positions foretell their tokens, and what flows back from that.</summary>
/// <remarks>On the CPU by one kernel, elsewhere by libtorch's <c>cross_entropy</c>; the result doesn't depend on the number of threads.</remarks>
internal static unsafe class PositionLoss
{
    /// <summary>The sum of the positions' losses over <paramref name="tokens"/>.</summary>
    /// <param name="logits">[N, V], of any floating-point type.</param>
    /// <param name="labels">The tokens [N].</param>
    /// <param name="smoothing">The share of each label that is spread over all tokens.</param>
    /// <param name="tokens">What to divide by.</param>
    /// <param name="weights">What each position's loss is multiplied by [N]; null for 1.</param>
    public static double Value(Tensor logits, long[] labels, double smoothing, long tokens, double[]? weights = null)
    {
        Check(logits, labels);
        using var frozen = no_grad();
        return HasKernel(logits) ? Run(logits, null, labels, smoothing, tokens, weights) : Operators(logits, labels, smoothing, tokens, weights);
    }

    /// <summary>The same, and adds to the gradients of all that the logits come from.</summary>
    /// <param name="logits">[N, V], recorded by autograd.</param>
    /// <param name="labels">The tokens [N].</param>
    /// <param name="smoothing">The share of each label that is spread over all tokens.</param>
    /// <param name="tokens">What to divide by.</param>
    /// <param name="overwrite">Whether the logits' memory may take the gradients: nobody reads them again, autograd included.</param>
    /// <param name="weights">What each position's loss is multiplied by [N]; null for 1.</param>
    public static double Backward(Tensor logits, long[] labels, double smoothing, long tokens, bool overwrite, double[]? weights = null)
    {
        Check(logits, labels);
        if (!HasKernel(logits))
        {
            return Operators(logits, labels, smoothing, tokens, weights, backward: true);
        }

        using var scores = logits.detach();
        using var gradients = overwrite ? scores.alias() : empty_like(scores);
        var loss = Run(scores, gradients, labels, smoothing, tokens, weights);
        logits.backward([gradients]);
        return loss;
    }

    private static bool HasKernel(Tensor logits) =>
        logits.device_type == DeviceType.CPU && logits.dtype is ScalarType.Float32 or ScalarType.BFloat16 && logits.is_contiguous() && CrossEntropyProof.Proof.Holds;

    private static double Run(Tensor logits, Tensor? gradients, long[] labels, double smoothing, long tokens, double[]? weights)
    {
        var losses = new double[labels.Length];
        fixed (long* label = labels)
        {
            fixed (double* loss = losses, weight = weights)
            {
                KernelTasks.Run<CrossEntropyTask>([new()
                {
                    Logits = RowTensor.First(logits), Gradients = gradients is null ? null : RowTensor.First(gradients), Labels = label, Weights = weight, Losses = loss,
                    Classes = (int)logits.shape[1], Rows = labels.Length, IsBFloat16 = logits.dtype == ScalarType.BFloat16,
                    Smoothing = smoothing, Scale = 1.0 / tokens,
                }]);
            }
        }

        return losses.Sum() / tokens;
    }

    private static double Operators(Tensor logits, long[] labels, double smoothing, long tokens, double[]? weights, bool backward = false)
    {
        using var scope = NewDisposeScope();
        var wide = logits.dtype == ScalarType.Float64 ? logits : logits.to(ScalarType.Float32);
        var each = NextTokenLoss.OfPositions(wide, tensor(labels).to(logits.device), smoothing, weights is null ? nn.Reduction.Sum : nn.Reduction.None);
        var sum = weights is null ? each : each.dot(tensor(weights).to(wide.dtype, wide.device));
        if (backward)
        {
            sum.Over(tokens).backward();
        }

        return sum.to(ScalarType.Float64).item<double>() / tokens;
    }

    private static void Check(Tensor logits, long[] labels)
    {
        if (logits.dim() != 2 || logits.shape[0] != labels.Length || labels.Length == 0)
        {
            throw new CaptioningException($"The decoder gave logits [{string.Join(", ", logits.shape)}] for {labels.Length} positions: they must be [{labels.Length}, V], and one at least.");
        }

        var vocabulary = logits.shape[1];
        if (Array.Find(labels, label => label < 0 || label >= vocabulary) is var wrong and not 0)
        {
            throw new CaptioningException($"A caption has the token {wrong}, which the decoder's vocabulary of {vocabulary} lacks: tokenizer and decoder don't belong together.");
        }
    }
}
