using ClipGpt2.Captioning.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Encoders.Transformer;

/// <summary>The surroundings of one pass through a model: nothing stays behind but its float32 result, and gradients only flow where weights are trained.</summary>
internal static class ForwardPass
{
    public static Tensor Run(ComputeOptions compute, Func<Tensor> pass)
    {
        using var scope = NewDisposeScope();
        using var noGrad = compute.Trainable ? null : torch.no_grad();
        return pass().to_type(ScalarType.Float32).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The same for all that an encoder computes.</summary>
    /// <param name="compute">How the model computes.</param>
    /// <param name="hiddenStates">Whether to return every block's output.</param>
    /// <param name="pass">Fills the list that it gets, if it gets one, and returns the last hidden state and the pooled vectors.</param>
    public static EncoderOutput Run(ComputeOptions compute, bool hiddenStates, Func<List<Tensor>?, (Sequences Sequences, Tensor Last, Tensor? Pooled)> pass)
    {
        using var scope = NewDisposeScope();
        using var noGrad = compute.Trainable ? null : torch.no_grad();
        var states = hiddenStates ? new List<Tensor>() : null;
        var (sequences, last, pooled) = pass(states);
        return new EncoderOutput(Group(last), pooled is null ? null : Own(pooled), [.. (states ?? []).Select(Group)]);

        Tensor Group(Tensor rows) => Own(rows.reshape(sequences.Batch, -1, rows.shape[^1]));
    }

    // A copy: one state may be returned under two names, and each is the caller's to dispose.
    private static Tensor Own(Tensor tensor) => tensor.to(ScalarType.Float32, copy: true).MoveToOuterDisposeScope();
}
