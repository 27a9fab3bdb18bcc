using System.Runtime.InteropServices;
using ClipGpt2.Captioning.Encoders;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>The embeddings of a data set's distinct images, ready to be put into batches.</summary>
/// <remarks>Those of a store are read from its map when they are asked for, so the store must stay open. Any number of threads may read one table.</remarks>
internal sealed class EmbeddingTable
{
    private readonly Dictionary<string, int> _rowOf = new(StringComparer.Ordinal);
    private readonly List<Row> _rows = [];
    private readonly EmbeddingStore? _store;

    /// <param name="features">The shape of a row.</param>
    /// <param name="store">The store that rows may lie in.</param>
    public EmbeddingTable(FeatureShape features, EmbeddingStore? store)
    {
        Features = features;
        _store = store;
    }

    /// <summary>The number of images that have an embedding.</summary>
    public int Count => _rows.Count;

    /// <summary>The shape of a row.</summary>
    public FeatureShape Features { get; }

    /// <summary>How many of them were computed by the encoder: neither in the store nor brought along.</summary>
    public int Computed { get; init; }

    /// <summary>The images that have none, each with its first example, in the order of the data.</summary>
    public IReadOnlyList<BadExample> Bad { get; init; } = [];

    /// <summary>Finds an image's row.</summary>
    /// <returns>Whether the image has an embedding.</returns>
    public bool TryFind(string imageId, out int row) => _rowOf.TryGetValue(imageId, out row);

    /// <summary>Reads a row into float32, [D] or [T, D].</summary>
    /// <exception cref="CaptioningException">The store's row holds NaN or infinity.</exception>
    public void Read(int row, Span<float> destination)
    {
        var (own, stored) = _rows[row];
        if (stored is { } place)
        {
            _store!.Read(place, destination);
        }
        else
        {
            own.Span.CopyTo(destination);
        }
    }

    /// <summary>Rows as a batch.</summary>
    /// <returns>float32 [B, D] or [B, T, D] on the CPU, the caller's own.</returns>
    public Tensor Stack(IReadOnlyList<int> rows)
    {
        var (batch, numbers) = (empty(Features.Of(rows.Count)), Features.Numbers);
        var all = MemoryMarshal.Cast<byte, float>(batch.bytes);
        for (var i = 0; i < rows.Count; i++)
        {
            Read(rows[i], all.Slice(i * numbers, numbers));
        }

        return batch;
    }

    /// <summary>Adds a row that is in memory.</summary>
    public void Add(string imageId, ReadOnlyMemory<float> embedding) => Add(imageId, new Row(embedding, null));

    /// <summary>Adds a row of the store.</summary>
    public void Add(string imageId, int storeRow) => Add(imageId, new Row(default, storeRow));

    private void Add(string imageId, Row row)
    {
        _rowOf.Add(imageId, _rows.Count);
        _rows.Add(row);
    }

    private readonly record struct Row(ReadOnlyMemory<float> Own, int? Stored);
}
