using TorchSharp;

namespace ClipGpt2.Captioning.Weights.PyTorch.Pickles;

/// <summary>Turns what a big-endian machine wrote into this machine's order.</summary>
internal static class ByteOrder
{
    /// <summary>How many bytes are turned at once: a span can't be longer than 2 GB.</summary>
    private const long PartBytes = 64 << 20;

    /// <summary>A copy with every element's bytes turned round, in the current dispose scope.</summary>
    public static torch.Tensor Swapped(torch.Tensor tensor)
    {
        var copy = tensor.clone();
        var size = (int)copy.ElementSize / (copy.is_complex() ? 2 : 1);
        var flat = copy.view(-1);
        var most = PartBytes / copy.ElementSize;
        for (long done = 0; size > 1 && done < flat.shape[0]; done += most)
        {
            using var part = flat.narrow(0, done, Math.Min(most, flat.shape[0] - done));
            Swap(part.bytes, size);
        }

        return copy;
    }

    private static void Swap(Span<byte> bytes, int size)
    {
        for (; bytes.Length > 0; bytes = bytes[size..])
        {
            bytes[..size].Reverse();
        }
    }
}
