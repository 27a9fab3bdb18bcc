using ClipGpt2.Captioning.Weights.Adapters;

namespace ClipGpt2.Captioning.Weights;

/// <summary>What a checkpoint holds of a part.</summary>
/// <param name="tensors">Its tensors by the names in the part's own file; they stay the checkpoint's.</param>
internal sealed class StoredPart(ITensorSource tensors)
{
    /// <summary>Whether they are all of the part's, so that nothing of a base's may stand in for one.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>The low-rank adapters that the tensors are; null if they are the part's own weights.</summary>
    public LoraConfig? Adapters { get; init; }

    /// <summary>Whether there are none, as for a part without weights.</summary>
    public bool IsEmpty => tensors.Tensors.Count == 0;

    /// <summary>Whether the part's kind has asked for the tensors.</summary>
    public bool IsUsed { get; private set; }

    /// <summary>The tensors, for a kind that puts them into the part.</summary>
    public ITensorSource Use()
    {
        IsUsed = true;
        return tensors;
    }
}
