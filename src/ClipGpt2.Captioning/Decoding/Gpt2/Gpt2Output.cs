using ClipGpt2.Captioning.Layers;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Decoding.Gpt2;

/// <summary>What one pass of GPT-2 gives; the caller's own.</summary>
internal sealed class Gpt2Output : IDisposable
{
    internal Gpt2Output(Tensor logits, IReadOnlyList<Tensor> hiddenStates, IReadOnlyList<KeyValue> present)
    {
        Logits = logits;
        HiddenStates = hiddenStates;
        Present = present;
    }

    /// <summary>The scores of the token after each position, float32 [B, T, V], or [N, V] for chosen <see cref="Gpt2Input.Outputs"/>.</summary>
    public Tensor Logits { get; }

    /// <summary>What enters each block, and last the final layer norm's output, each [B, T, H]; empty if they weren't asked for.</summary>
    public IReadOnlyList<Tensor> HiddenStates { get; }

    /// <summary>The keys and values of all S + T positions, one a block; empty if they weren't asked for.</summary>
    public IReadOnlyList<KeyValue> Present { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Logits.Dispose();
        foreach (var tensor in HiddenStates)
        {
            tensor.Dispose();
        }

        foreach (var keyValue in Present)
        {
            keyValue.Dispose();
        }
    }
}
