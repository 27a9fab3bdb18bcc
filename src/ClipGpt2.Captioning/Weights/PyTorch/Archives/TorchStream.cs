using System.Numerics;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Weights.PyTorch.Pickles;

namespace ClipGpt2.Captioning.Weights.PyTorch.Archives;

/// <summary>Tells the forms of PyTorch's files apart by their bytes, and reads any of them.</summary>
internal static class TorchStream
{
    /// <summary>A plain pickle carries streams, which carry nothing else; one more level is odd but harmless.</summary>
    private const int MostNesting = 2;

    private static readonly byte[] ZipHeader = "PK\u0003\u0004"u8.ToArray();
    private static readonly byte[] ZipEndOnly = "PK\u0005\u0006"u8.ToArray();

    /// <summary>Reads a file.</summary>
    /// <param name="region">All of its bytes.</param>
    /// <param name="file">The file, for messages.</param>
    /// <returns>The value that was saved.</returns>
    public static object? Load(ByteRegion region, string file)
    {
        if (StartsWith(region, GitLfsPointer.FirstBytes))
        {
            throw new CheckpointFormatException(GitLfsPointer.Refusal(file));
        }

        return Load(region, file, new PickleScope { Budget = new CopyBudget(region.Length) });
    }

    /// <summary>Reads a stream that a pickle carries as bytes.</summary>
    public static object? LoadNested(ByteRegion region, PickleCall call)
    {
        // Each stream brings some objects, however short it is.
        const int CostOfStream = 1 << 10;
        call.Spend(region.Length + CostOfStream);
        var nesting = call.Scope.Nesting + 1;
        return nesting <= MostNesting
            ? Load(region, call.Reader.File, new PickleScope { Budget = call.Scope.Budget, Nesting = nesting })
            : throw call.Wrong($"is too deep: a torch stream in a torch stream, {nesting} levels");
    }

    private static object? Load(ByteRegion region, string file, PickleScope scope)
    {
        if (IsZip(region))
        {
            return TorchArchive.Load(region, file, scope);
        }

        var reader = new PickleReader(region, file);
        var first = Unpickler.Load(reader, scope);
        return first switch
        {
            BigInteger number when number == LegacyStream.MagicNumber => LegacyStream.Load(reader, scope),
            BigInteger or long => throw new CheckpointFormatException($"'{file}' begins with the number {PickleNames.Shown($"{first}")}, which isn't the magic number of torch.save: the file is damaged."),
            _ when scope.Nesting > 0 => throw new CheckpointFormatException($"'{file}': a stream in it lacks the magic number of torch.save."),
            _ => first,
        };
    }

    /// <summary>Whether it is an archive, or was one before its first bytes were lost.</summary>
    private static bool IsZip(ByteRegion region)
    {
        if (StartsWith(region, ZipHeader) || StartsWith(region, ZipEndOnly))
        {
            return true;
        }

        const byte Protocol = 0x80;
        return !StartsWith(region, [Protocol]) && ZipEnd.IsAtEndOf(region);
    }

    private static bool StartsWith(ByteRegion region, ReadOnlySpan<byte> start)
    {
        if (region.Length < start.Length)
        {
            return false;
        }

        var bytes = new byte[start.Length];
        region.CopyTo(bytes, 0);
        return bytes.AsSpan().SequenceEqual(start);
    }
}
