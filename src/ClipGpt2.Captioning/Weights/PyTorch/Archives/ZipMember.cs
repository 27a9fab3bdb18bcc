namespace ClipGpt2.Captioning.Weights.PyTorch.Archives;

/// <summary>A member of a zip archive, as the archive's directory has it.</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="Flags">The general purpose bits.</param>
/// <param name="Method">0: stored, 8: deflated.</param>
/// <param name="StoredLength">How many bytes it takes in the archive.</param>
/// <param name="Length">How many bytes it has.</param>
/// <param name="HeaderOffset">Where its own header begins.</param>
internal sealed record ZipMember(string Name, ushort Flags, ushort Method, long StoredLength, long Length, long HeaderOffset)
{
    public bool IsEncrypted => (Flags & 1) != 0;
}
