using System.IO.Compression;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch.Archives;

/// <summary>Deflated bytes, inflated each time they are read: ordinary zip programs repack archives so, PyTorch doesn't.</summary>
/// <param name="deflated">The bytes as they are stored.</param>
/// <param name="length">How many they become.</param>
/// <param name="what">The file and member, for messages.</param>
internal sealed class InflatedRegion(ByteRegion deflated, long length, string what) : ByteRegion(length)
{
    public override void CopyTo(Span<byte> destination, long offset) => Inflate().CopyTo(destination, offset);

    public override MemoryRegion Slice(long offset, long length) => Inflate().Slice(offset, length);

    public override torch.Tensor Elements(torch.ScalarType type, long offset, IReadOnlyList<long> shape) => Inflate().Elements(type, offset, shape);

    /// <summary>All bytes in memory.</summary>
    public MemoryRegion Inflate()
    {
        if (Length > Array.MaxLength)
        {
            throw new CheckpointFormatException($"{what} has {Length} deflated bytes, and up to {Array.MaxLength} are read. Save it with torch.save, which stores them.");
        }

        try
        {
            using var source = new DeflateStream(new MemoryStream(deflated.ToArray()), CompressionMode.Decompress);
            var bytes = new byte[Length];
            source.ReadExactly(bytes);
            return source.ReadByte() < 0 ? new MemoryRegion(bytes) : throw new InvalidDataException("there is more");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new CheckpointFormatException($"{what} doesn't inflate to its {Length} bytes: {e.Message}. The file is damaged.", e);
        }
    }
}
