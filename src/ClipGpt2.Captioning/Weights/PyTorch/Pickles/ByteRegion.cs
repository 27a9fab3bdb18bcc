using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A run of bytes whose length is known to be there: a part of a file, or memory.</summary>
/// <remarks>Safe from any number of threads.</remarks>
internal abstract class ByteRegion(long length)
{
    public long Length { get; } = length;

    /// <summary>Copies bytes that are known to lie within the region.</summary>
    public abstract void CopyTo(Span<byte> destination, long offset);

    /// <summary>A part that is known to lie within the region.</summary>
    public abstract ByteRegion Slice(long offset, long length);

    /// <summary>A contiguous tensor over elements that are known to lie within the region; the caller's own, in the current dispose scope.</summary>
    public abstract torch.Tensor Elements(torch.ScalarType type, long offset, IReadOnlyList<long> shape);

    /// <summary>All bytes; there must be fewer than 2 GB.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes, 0);
        return bytes;
    }
}
