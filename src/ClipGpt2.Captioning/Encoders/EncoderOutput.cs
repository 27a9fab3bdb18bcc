using ClipGpt2.Captioning.Layers;
using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Everything that an encoder computes on its way to an embedding.</summary>
/// <remarks>All tensors are float32 and the caller's; disposing this disposes them.</remarks>
/// <param name="lastHiddenState">See <see cref="LastHiddenState"/>.</param>
/// <param name="pooled">See <see cref="Pooled"/>.</param>
/// <param name="hiddenStates">See <see cref="HiddenStates"/>.</param>
internal sealed class EncoderOutput(torch.Tensor lastHiddenState, torch.Tensor? pooled, IReadOnlyList<torch.Tensor> hiddenStates) : IDisposable
{
    /// <summary>The vectors that the reference calls <c>last_hidden_state</c>, [B, T, H]: CLIP's image tower doesn't normalise them, its text tower does.</summary>
    public torch.Tensor LastHiddenState { get; } = lastHiddenState;

    /// <summary>One vector for each row of the batch, [B, H], before any projection; null where the weights have no pooling layer.</summary>
    public torch.Tensor? Pooled { get; } = pooled;

    /// <summary>The embeddings' output and then each block's, [B, T, H]; empty unless asked for.</summary>
    public IReadOnlyList<torch.Tensor> HiddenStates { get; } = hiddenStates;

    /// <inheritdoc/>
    public void Dispose()
    {
        LastHiddenState.Dispose();
        Pooled?.Dispose();
        foreach (var state in HiddenStates)
        {
            state.Dispose();
        }
    }

    /// <summary>Runs a pass of an encoder, of which nothing stays behind but what it returns; gradients only flow where weights are trained.</summary>
    /// <param name="compute">How the model computes.</param>
    /// <param name="hiddenStates">Whether to return every block's output.</param>
    /// <param name="pass">Fills the list that it gets, if it gets one, and returns the last hidden state and the pooled vectors.</param>
    internal static EncoderOutput Run(ComputeOptions compute, bool hiddenStates, Func<List<torch.Tensor>?, (Sequences Sequences, torch.Tensor Last, torch.Tensor? Pooled)> pass)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = compute.Trainable ? null : torch.no_grad();
        var states = hiddenStates ? new List<torch.Tensor>() : null;
        var (sequences, last, pooled) = pass(states);
        return new EncoderOutput(Group(last), pooled is null ? null : Own(pooled), [.. (states ?? []).Select(Group)]);

        torch.Tensor Group(torch.Tensor rows) => Own(rows.reshape(sequences.Batch, -1, rows.shape[^1]));
    }

    // A copy: one state may be returned under two names, and each is the caller's to dispose.
    private static torch.Tensor Own(torch.Tensor tensor) => tensor.to(torch.ScalarType.Float32, copy: true).MoveToOuterDisposeScope();
}
