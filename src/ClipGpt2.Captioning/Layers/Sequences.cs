using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>How the rows [B * T, H] between two layers form sequences, and which positions see which.</summary>
/// <param name="Batch">B.</param>
/// <param name="Length">T.</param>
/// <param name="Mask">Broadcastable to [B, heads, T, S]: what is added to the attention scores, or booleans that say which pairs count; or null.</param>
/// <param name="Causal">Whether a position sees only itself and those before it; then there is no mask.</param>
internal readonly record struct Sequences(long Batch, long Length, Tensor? Mask = null, bool Causal = false);
