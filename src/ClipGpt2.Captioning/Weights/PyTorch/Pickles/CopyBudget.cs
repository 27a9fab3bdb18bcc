namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>How much a file may have copied of what it holds already: to name a large value again and again must not multiply it.</summary>
/// <param name="fileLength">The file's bytes. What Python writes copies each of them once.</param>
internal sealed class CopyBudget(long fileLength)
{
    /// <summary>Small files may be deflated, and then hold more than they have bytes.</summary>
    private const long Least = 1 << 22;

    private const int CopiesOfFile = 2;

    private long _left = Math.Max(Least, CopiesOfFile * fileLength);

    /// <summary>Counts bytes, characters or values that are copied; false if they are too many.</summary>
    public bool TrySpend(long count) => (_left -= count) >= 0;
}
