using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Layers.Rows;

/// <summary>Floats outside of the garbage collector's reach, on a cache line's boundary, that can be made more.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    private const nuint CacheLine = 64;

    private long _capacity;

    ~NativeFloats() => Free();

    public float* Pointer { get; private set; }

    /// <summary>Makes room for a number of floats. What they hold afterwards is undefined.</summary>
    public Span<float> Reserve(long count)
    {
        ObjectDisposedException.ThrowIf(_capacity < 0, this);
        if (count > _capacity)
        {
            var capacity = Math.Max(count, Math.Min(2 * _capacity, int.MaxValue));
            NativeMemory.AlignedFree(Pointer);
            Pointer = null;
            Pointer = (float*)NativeMemory.AlignedAlloc(checked((nuint)capacity * sizeof(float)), CacheLine);
            _capacity = capacity;
        }

        return new(Pointer, checked((int)count));
    }

    public Span<float> Span(long count) => count <= _capacity ? new(Pointer, checked((int)count)) : throw new ArgumentOutOfRangeException(nameof(count));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        _capacity = -1;
    }
}
