using System.Buffers;
using System.Runtime.CompilerServices;
using SixLabors.ImageSharp.Memory;

namespace ClipGpt2.Captioning.ImageSharp;

/// <summary>Memory for one picture's decoding, of which no more may be in use together than a limit.</summary>
/// <remarks>ImageSharp's own limit is one for each request, and says nothing of how many there are.</remarks>
internal sealed class BudgetAllocator(long limit) : MemoryAllocator
{
    /// <summary>Pictures are kept in pieces of at most this many bytes.</summary>
    private const int LargestBuffer = 4 << 20;

    private long _used;

    public override IMemoryOwner<T> Allocate<T>(int length, AllocationOptions options = AllocationOptions.None)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var bytes = (long)length * Unsafe.SizeOf<T>();
        if (Interlocked.Add(ref _used, bytes) > limit)
        {
            Interlocked.Add(ref _used, -bytes);
            throw new InvalidMemoryOperationException($"Decoding takes more than {limit} bytes.");
        }

        return new Lent<T>(this, length, bytes);
    }

    protected override int GetBufferCapacityInBytes() => LargestBuffer;

    private sealed class Lent<T>(BudgetAllocator owner, int length, long bytes) : IMemoryOwner<T>
        where T : struct
    {
        private T[]? _array = new T[length];

        public Memory<T> Memory => _array ?? throw new ObjectDisposedException(nameof(Lent<>));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _array, null) is not null)
            {
                Interlocked.Add(ref owner._used, -bytes);
            }
        }
    }
}
