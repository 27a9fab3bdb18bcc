using TorchSharp;

namespace ClipGpt2.Captioning.Encoders;

/// <summary>Everything that an encoder computes on its way to an embedding.</summary>
/// <remarks>All tensors are float32 and the caller's; disposing this disposes them.</remarks>
/// <param name="lastHiddenState">See <see cref="LastHiddenState"/>.</param>
/// <param name="pooled">See <see cref="Pooled"/>.</param>
/// <param name="hiddenStates">See <see cref="HiddenStates"/>.</param>
public sealed class EncoderOutput(torch.Tensor lastHiddenState, torch.Tensor? pooled, IReadOnlyList<torch.Tensor> hiddenStates) : IDisposable
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
}
