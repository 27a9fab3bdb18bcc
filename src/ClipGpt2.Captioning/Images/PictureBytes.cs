using System.Buffers;

namespace ClipGpt2.Captioning.Images;

/// <summary>Memory for pictures and their files.</summary>
/// <remarks>
/// Small arrays come from the shared pool. That keeps an array of each size for each thread that ever used one, which for large pictures comes to gigabytes;
/// large ones are therefore lent again only until the next garbage collection takes them.
/// </remarks>
internal static class PictureBytes
{
    private const int LargestPooled = 4 << 20;
    private const int MostFreed = 16;

    private static readonly Lock Access = new();
    private static readonly List<WeakReference<byte[]>> Freed = [];

    /// <summary>An array of at least a length, with whatever content.</summary>
    public static byte[] Rent(int length) => length <= LargestPooled ? ArrayPool<byte>.Shared.Rent(length) : FindFreed(length) ?? GC.AllocateUninitializedArray<byte>(length);

    public static void Return(byte[] array)
    {
        if (array.Length <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(array);
            return;
        }

        lock (Access)
        {
            if (Freed.Count == MostFreed)
            {
                Freed.RemoveAt(0);
            }

            Freed.Add(new(array));
        }
    }

    /// <summary>An array that was handed back and still is there: the newest one that isn't twice as long as is needed.</summary>
    private static byte[]? FindFreed(int length)
    {
        lock (Access)
        {
            for (var i = Freed.Count - 1; i >= 0; i--)
            {
                if (!Freed[i].TryGetTarget(out var array))
                {
                    Freed.RemoveAt(i);
                }
                else if (array.Length >= length && array.Length / 2 <= length)
                {
                    Freed.RemoveAt(i);
                    return array;
                }
            }
        }

        return null;
    }
}
