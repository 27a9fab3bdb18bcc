using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>A map's bytes, held so that the map can't go away meanwhile.</summary>
internal readonly unsafe ref struct MappedPages
{
    private readonly SafeBuffer _buffer;
    private readonly byte* _start;

    /// <exception cref="ObjectDisposedException">The map was disposed.</exception>
    public MappedPages(MemoryMappedViewAccessor map)
    {
        _buffer = map.SafeMemoryMappedViewHandle;
        byte* pointer = null;
        _buffer.AcquirePointer(ref pointer);
        _start = pointer + map.PointerOffset;
    }

    public ReadOnlySpan<byte> Slice(long start, int length) => new(_start + start, length);

    public void Dispose() => _buffer.ReleasePointer();
}
