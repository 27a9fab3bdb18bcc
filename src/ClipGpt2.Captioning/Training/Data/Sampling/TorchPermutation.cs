using TorchSharp;

namespace ClipGpt2.Captioning.Training.Data.Sampling;

/// <summary>Orders as <c>torch.randperm</c> draws them on the CPU, whatever device is trained on.</summary>
internal static class TorchPermutation
{
    /// <summary>The numbers from 0 to <paramref name="count"/> - 1 in the order of a generator with this seed.</summary>
    public static int[] Draw(int count, long seed)
    {
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator((ulong)seed);
        return torch.randperm(count, torch.ScalarType.Int32, generator: generator).data<int>().ToArray();
    }
}
