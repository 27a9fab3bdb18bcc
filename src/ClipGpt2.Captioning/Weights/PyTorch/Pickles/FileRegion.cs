using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>A part of an open file. Tensors lie on the file's pages where their place is aligned to their elements.</summary>
internal sealed class FileRegion(string path, SafeFileHandle handle, MappedFile mapped, long begin, long length) : ByteRegion(length)
{
    public override void CopyTo(Span<byte> destination, long offset) => InputFile.Fill(handle, destination, begin + offset, path);

    public override FileRegion Slice(long offset, long length) => new(path, handle, mapped, begin + offset, length);

    public override torch.Tensor Elements(torch.ScalarType type, long offset, IReadOnlyList<long> shape) => mapped.Read(type, begin + offset, shape);
}
