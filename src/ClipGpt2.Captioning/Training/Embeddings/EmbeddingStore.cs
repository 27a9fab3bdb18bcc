using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>The embeddings of many pictures, computed once and kept in a folder: <c>images.jsonl</c> and <c>embeddings.safetensors</c> [N, D], or for sequences shards [n, T, D].</summary>
/// <remarks>
/// Rows are read through a memory map, of which little is held at a time: only the list of pictures is in memory. Any number of threads may read one store; a read that meets
/// <see cref="Dispose"/> throws <see cref="ObjectDisposedException"/>. While it is open its files may be replaced or deleted, but not shortened.
/// Python reads the file with the plain safetensors package.
/// </remarks>
public sealed class EmbeddingStore : IDisposable
{
    private const int Block = 1 << 20;

    private readonly Dictionary<string, int> _rows;
    private readonly StoredRows _stored;

    private EmbeddingStore(StoreFolder folder, StoreContents contents)
    {
        Folder = folder;
        Origin = contents.Origin;
        Features = contents.Features;
        Records = contents.Records;
        SkippedRecords = contents.Skipped;
        _rows = contents.Rows;
        _stored = new StoredRows(contents.Parts);
    }

    /// <summary>The number of embeddings N.</summary>
    public int Count => Records.Count;

    /// <summary>The shape of an embedding: one vector, or a sequence.</summary>
    public FeatureShape Features { get; }

    /// <summary>The number format of the stored embeddings.</summary>
    public EmbeddingPrecision Precision => Origin.Precision;

    /// <summary>The encoder that they were computed with.</summary>
    public ModelIdentity Encoder => Origin.Encoder;

    /// <summary>The pictures that were left out when it was built, being missing or broken.</summary>
    public IReadOnlyList<BadImage> Skipped => [.. SkippedRecords.Select(record => record.ToBadImage())];

    internal StoreFolder Folder { get; }

    internal StoreOrigin Origin { get; }

    internal IReadOnlyList<ImageRecord> SkippedRecords { get; }

    /// <summary>The picture of each row.</summary>
    internal IReadOnlyList<ImageRecord> Records { get; }

    /// <summary>Opens a store and checks that it is whole: its metadata, its sizes, its list of pictures. What it holds isn't compared with anything.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The store; dispose it.</returns>
    /// <exception cref="ModelNotFoundException">The folder holds no store.</exception>
    /// <exception cref="CheckpointFormatException">The store is damaged; the message names file and line or field.</exception>
    public static EmbeddingStore Open(string folder)
    {
        var files = new StoreFolder(folder);
        return files.Whole is { } whole
            ? new EmbeddingStore(files, StoreContents.Read(files, whole))
            : throw new ModelNotFoundException($"The folder '{folder}' holds no embedding store: there is no '{files.Embeddings}'. Build one with 'clipgpt2 embed' or EmbeddingStoreBuilder.");
    }

    /// <summary>Opens a store for use with an encoder, and refuses one that is stale.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="encoder">The encoder, which must be one that says which model it is (<see cref="IIdentifiedModel"/>).</param>
    /// <param name="options">How pictures would be embedded now; null for the defaults. Precision, batches and threads don't matter.</param>
    /// <param name="token">Ends the check.</param>
    /// <returns>The store; dispose it.</returns>
    /// <remarks>A picture's file is taken for unchanged if size and time are; if only the time differs, its content is hashed. One that is gone is no fault.</remarks>
    /// <exception cref="StaleEmbeddingStoreException">Encoder, preprocessing or pictures have changed; the message says what, and how to build the store again.</exception>
    /// <exception cref="CaptioningException">There is no store, it is damaged, or the encoder can't say which model it is.</exception>
    public static EmbeddingStore OpenFor(string folder, IImageEncoder encoder, EmbeddingStoreOptions? options = null, CancellationToken token = default)
    {
        options ??= new EmbeddingStoreOptions();
        options.Validate();
        var store = Open(folder);
        try
        {
            var now = StoreOrigin.Of(encoder, options.Preparation(encoder), store.Precision);
            var differences = store.Origin.DifferencesFrom(now).Concat(store.ChangedFiles(token)).ToList();
            return differences.Count == 0 ? store : throw StaleEmbeddingStoreException.Of(folder, differences);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Finds a picture's row.</summary>
    /// <param name="imageId">The picture's id.</param>
    /// <param name="row">Its row, from 0.</param>
    /// <returns>Whether the store has it.</returns>
    public bool TryFind(string imageId, out int row) => _rows.TryGetValue(imageId, out row);

    /// <summary>Reads an embedding.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="destination">float32 [D], or [T, D] row by row.</param>
    /// <exception cref="CheckpointFormatException">The row holds NaN or infinity; the message names row and picture.</exception>
    /// <exception cref="ArgumentException">There is no such row, or the destination has another length.</exception>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    public void Read(int row, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
        if (destination.Length != Features.Numbers)
        {
            throw new ArgumentException($"An embedding has {Features.Numbers} numbers, and the destination {destination.Length}.", nameof(destination));
        }

        var part = _stored.PartOf(row);
        var bytes = Features.Numbers * Precision.ElementBytes();
        using (var pages = _stored.Pages(part, bytes))
        {
            var stored = pages.Slice((long)(row - part.FirstRow) * bytes, bytes);
            if (Precision == EmbeddingPrecision.Float32)
            {
                stored.CopyTo(MemoryMarshal.AsBytes(destination));
            }
            else
            {
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(stored), destination);
            }
        }

        if (!TensorPrimitives.IsFiniteAll<float>(destination))
        {
            throw new CheckpointFormatException($"'{part.File.Location}': row {row} (image '{Records[row].Id}') holds NaN or infinity. Build the store again.");
        }
    }

    /// <summary>Reads an embedding for a captioner, which refuses it if its own preprocessing of pictures is another than the store's.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <returns>The embedding with the picture's name.</returns>
    /// <exception cref="CheckpointFormatException">The row holds NaN or infinity; the message names row and picture.</exception>
    /// <exception cref="ArgumentException">There is no such row.</exception>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    public ImageEmbedding Read(int row)
    {
        var values = new float[Features.Numbers];
        Read(row, values);
        return new ImageEmbedding(Records[row].Name, values) { Preprocessing = PreprocessingJson.Steps(Origin.Preprocessing) };
    }

    /// <summary>Reads all embeddings and compares them with the hash that was taken when they were written.</summary>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="CheckpointFormatException">They have changed on the disk.</exception>
    public void Verify(CancellationToken token = default)
    {
        foreach (var part in _stored.Parts)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var length = (long)part.Rows * Features.Numbers * Precision.ElementBytes();
            for (long position = 0; position < length; position += Block)
            {
                token.ThrowIfCancellationRequested();
                using var pages = _stored.Pages(part, Block);
                hash.AppendData(pages.Slice(position, (int)Math.Min(Block, length - position)));
            }

            if (Convert.ToHexStringLower(hash.GetHashAndReset()) is var found && found != part.Hash)
            {
                throw new CheckpointFormatException($"'{part.File.Location}' is damaged: its content has the hash {found}, and was written with {part.Hash}. Build the store again.");
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stored.Dispose();

    /// <summary>Says of each picture whose file is there and holds something else than it did.</summary>
    internal IEnumerable<string> ChangedFiles(CancellationToken token)
    {
        foreach (var record in Records)
        {
            token.ThrowIfCancellationRequested();
            if (record.Stamp is { Modified: not null } stamp && File.Exists(record.Name) && !stamp.Matches(record.Name))
            {
                yield return $"image '{record.Id}': the file '{record.Name}' has changed";
            }
        }
    }
}
