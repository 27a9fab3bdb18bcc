using System.IO.MemoryMappedFiles;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>The rows of a store's files, mapped into memory a part at a time.</summary>
/// <remarks>
/// Pages that were read count as the process's memory until they are unmapped, so all maps are let go whenever a certain amount was read: a store may be of
/// any size. The system keeps what it has room for. Any number of threads may read.
/// </remarks>
internal sealed class StoredRows(IReadOnlyList<StoredPart> parts) : IDisposable
{
    /// <summary>How much is read before maps are let go.</summary>
    public const long MostMapped = 64L << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<StoredPart, MemoryMappedViewAccessor> _maps = new(ReferenceEqualityComparer.Instance);
    private long _read;
    private bool _isDisposed;

    public IReadOnlyList<StoredPart> Parts => parts;

    /// <summary>The file that a row lies in.</summary>
    public StoredPart PartOf(int row)
    {
        var (low, high) = (0, parts.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = parts[middle].FirstRow <= row ? (middle, high) : (low, middle - 1);
        }

        return parts[low];
    }

    /// <summary>Holds a part's pages until the result is disposed.</summary>
    /// <param name="part">The part.</param>
    /// <param name="bytes">How much of it will be read.</param>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    public MappedPages Pages(StoredPart part, long bytes)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(EmbeddingStore));
            _read += bytes;
            if (_read > MostMapped)
            {
                LetGo();
                _read = bytes;
            }

            if (!_maps.TryGetValue(part, out var map))
            {
                _maps.Add(part, map = part.File.Map(StoreWriter.TensorName));
            }

            return new MappedPages(map);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            LetGo();
            foreach (var part in parts)
            {
                part.File.Dispose();
            }
        }
    }

    /// <summary>A map that is being read goes when that is done.</summary>
    private void LetGo()
    {
        foreach (var map in _maps.Values)
        {
            map.Dispose();
        }

        _maps.Clear();
    }
}
