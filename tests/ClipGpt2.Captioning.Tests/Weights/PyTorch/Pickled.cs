using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Weights.PyTorch;
using ClipGpt2.Captioning.Weights.PyTorch.Archives;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Tests.Weights.PyTorch;

/// <summary>What is read of bytes in memory, as if they were a file.</summary>
internal static class Pickled
{
    public const string File = "memory.pkl";

    public static PyTorchValue Load(string code) => Load(PickleCode.Bytes(code));

    public static PyTorchValue Load(byte[] bytes) => new(File, TorchStream.Load(new MemoryRegion(bytes), File));

    /// <summary>One pickle's value, which may be a number: a file that begins with one is taken for a stream of <c>torch.save</c>.</summary>
    public static PyTorchValue Value(string code)
    {
        var reader = new PickleReader(new MemoryRegion(PickleCode.Bytes(code)), File);
        return new(File, Unpickler.Load(reader, new PickleScope { Budget = new CopyBudget(code.Length) }));
    }

    /// <summary>The elements of a tensor, and a check that it has a shape.</summary>
    public static T[] Elements<T>(PyTorchValue tensor, params long[] shape)
        where T : unmanaged
    {
        using var read = tensor.AsTensor();
        Assert.Equal(shape, read.shape);
        return read.numel() == 0 ? [] : MemoryMarshal.Cast<byte, T>(read.bytes).ToArray();
    }

    public static byte[] BytesOf<T>(params ReadOnlySpan<T> values)
        where T : unmanaged => MemoryMarshal.AsBytes(values).ToArray();
}
