using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Decoding;

/// <summary>A decoder that can have low-rank adapters beside its weights, to be trained in their place.</summary>
internal interface IAdaptable
{
    /// <summary>The adapters that are there; null if there are none.</summary>
    LoraConfig? Adapters { get; }

    /// <summary>Puts fresh adapters beside the weights.</summary>
    /// <exception cref="CaptioningException">They can't be there.</exception>
    void AddAdapters(LoraConfig config, long seed);

    /// <summary>Puts trained adapters beside the weights.</summary>
    /// <exception cref="CheckpointFormatException">They don't fit.</exception>
    void AddAdapters(LoraConfig config, ITensorSource weights);

    /// <summary>Takes the adapters away again.</summary>
    void RemoveAdapters();

    /// <summary>Keeps all weights as they are but the adapters'.</summary>
    void FreezeAllButAdapters();
}
