using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Layers;

/// <summary>The keys and values of earlier positions in one block, however they are kept.</summary>
internal interface IKeyValueStore
{
    /// <summary>All keys and values, with those of new positions, [B, heads, T, head size], at the end.</summary>
    KeyValue Append(Tensor key, Tensor value);
}
