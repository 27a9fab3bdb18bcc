namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>The memory of one or several tensors, as it lies in the file.</summary>
/// <param name="element">Its elements' type.</param>
/// <param name="count">How many elements it has.</param>
internal sealed class StoredStorage(ElementType element, long count)
{
    public ElementType Element => element;

    public long Count => count;

    public long ByteLength => count * element.Bits / 8;

    /// <summary>Where its bytes are; in the old form known only after the pickle.</summary>
    public ByteRegion? Data { get; set; }

    /// <summary>Whether a big-endian machine wrote it.</summary>
    public bool IsBigEndian { get; set; }
}
