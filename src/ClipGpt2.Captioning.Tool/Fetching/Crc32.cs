using System.Buffers;

namespace ClipGpt2.Captioning.Tool.Fetching;

/// <summary>The checksum of zip archives (ISO 3309, reflected, polynomial 0xEDB88320).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    /// <summary>Copies a stream and takes its checksum.</summary>
    /// <param name="source">The stream.</param>
    /// <param name="target">Gets the bytes.</param>
    /// <param name="most">After how many bytes to stop; one more is taken, so that the length tells of it.</param>
    /// <param name="token">Ends the copy.</param>
    public static (long Length, uint Checksum) Copy(Stream source, Stream target, long most, CancellationToken token)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            var (length, state) = (0L, uint.MaxValue);
            while (length <= most && source.Read(buffer, 0, (int)Math.Min(buffer.Length, most + 1 - length)) is > 0 and var read)
            {
                token.ThrowIfCancellationRequested();
                state = Append(state, buffer.AsSpan(0, read));
                target.Write(buffer, 0, read);
                length += read;
            }

            return (length, ~state);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static uint Append(uint state, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            state = (state >> 8) ^ Table[(byte)state ^ value];
        }

        return state;
    }

    private static uint Entry(int index)
    {
        var value = (uint)index;
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ Polynomial;
        }

        return value;
    }
}
