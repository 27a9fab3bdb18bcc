using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>The bytes of an index, in memory or in a mapped file.</summary>
internal abstract class IndexBytes : IDisposable
{
    public abstract long Length { get; }

    public abstract void Read<T>(long offset, Span<T> into)
        where T : unmanaged;

    public int Int32(long section, int index)
    {
        var value = 0;
        Read(section + ((long)index * sizeof(int)), new Span<int>(ref value));
        return value;
    }

    public static IndexBytes Of(byte[] bytes) => new InMemory(bytes);

    public static IndexBytes Map(string path) => new Mapped(path);

    public abstract void Dispose();

    private sealed class InMemory(byte[] bytes) : IndexBytes
    {
        public override long Length => bytes.Length;

        public override void Read<T>(long offset, Span<T> into) =>
            MemoryMarshal.Cast<byte, T>(bytes.AsSpan((int)offset, into.Length * Marshal.SizeOf<T>())).CopyTo(into);

        public override void Dispose()
        {
        }
    }

    private sealed class Mapped : IndexBytes
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;

        public Mapped(string path)
        {
            Length = new FileInfo(path).Length;
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }

        public override long Length { get; }

        public override void Read<T>(long offset, Span<T> into) => _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)offset, into);

        public override void Dispose()
        {
            _view.Dispose();
            _file.Dispose();
        }
    }
}
