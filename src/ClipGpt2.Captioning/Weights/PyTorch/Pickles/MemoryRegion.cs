using ClipGpt2.Captioning.Runtime;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A part of an array.</summary>
internal sealed class MemoryRegion(ReadOnlyMemory<byte> bytes) : ByteRegion(bytes.Length)
{
    public ReadOnlySpan<byte> Span => bytes.Span;

    public override void CopyTo(Span<byte> destination, long offset) => bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);

    public override MemoryRegion Slice(long offset, long length) => new(bytes.Slice((int)offset, (int)length));

    public override torch.Tensor Elements(torch.ScalarType type, long offset, IReadOnlyList<long> shape)
    {
        using var scope = torch.NewDisposeScope();
        if (type == torch.ScalarType.Bool)
        {
            // Any byte but 0 is true; libtorch's own kernels rely on 0 and 1.
            return Elements(torch.ScalarType.Byte, offset, shape).IsNotZero().MoveToOuterDisposeScope();
        }

        var tensor = torch.empty([.. shape], type, torch.CPU);
        if (tensor.numel() > 0)
        {
            CopyTo(tensor.bytes, offset);
        }

        return tensor.MoveToOuterDisposeScope();
    }
}
