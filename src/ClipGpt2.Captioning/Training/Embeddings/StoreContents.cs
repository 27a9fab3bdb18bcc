using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>What an embedding store holds beside its numbers, read and checked.</summary>
/// <param name="Origin">What its embeddings depend on.</param>
/// <param name="Features">The shape of a row.</param>
/// <param name="Records">The picture of each row.</param>
/// <param name="Rows">The row of each picture's id.</param>
/// <param name="Parts">The files that the rows lie in, open.</param>
internal sealed record StoreContents(StoreOrigin Origin, FeatureShape Features, IReadOnlyList<ImageRecord> Records, Dictionary<string, int> Rows, IReadOnlyList<StoredPart> Parts)
{
    /// <summary>The pictures that were left out.</summary>
    public IReadOnlyList<ImageRecord> Skipped { get; init; } = [];

    /// <summary>Reads a store.</summary>
    /// <param name="folder">The folder, which holds one.</param>
    /// <param name="whole">The file that makes it a store.</param>
    /// <exception cref="CheckpointFormatException">Something is missing or doesn't fit the rest.</exception>
    public static StoreContents Read(StoreFolder folder, string whole)
    {
        var opened = new List<SafetensorsFile>();
        try
        {
            return whole == folder.Index ? Sharded(folder, StoreIndex.Read(whole), opened) : OfOneFile(folder, Open(folder.Embeddings, opened));
        }
        catch
        {
            opened.ForEach(file => file.Dispose());
            throw;
        }
    }

    private static StoreContents OfOneFile(StoreFolder folder, SafetensorsFile file)
    {
        var origin = StoreOrigin.Read(file.Location, file.Metadata);
        var shape = Shape(file, origin, size: null);
        return Join(folder, origin, new FeatureShape((int)shape[1]), file.Location, file.Metadata, [new StoredPart(file, 0, (int)shape[0], Need(file.Location, file.Metadata, StoreWriter.EmbeddingsHash))]);
    }

    private static StoreContents Sharded(StoreFolder folder, StoreIndex index, List<SafetensorsFile> opened)
    {
        var origin = StoreOrigin.Read(folder.Index, index.Metadata);
        var (parts, rows) = (new List<StoredPart>(index.Shards.Count), 0);
        foreach (var shard in index.Shards)
        {
            var file = Open(Path.Combine(folder.Path, shard.File), opened);
            if (Shape(file, origin, index.Features)[0] != shard.Rows || Need(file.Location, file.Metadata, StoreWriter.EmbeddingsHash) != shard.Hash)
            {
                throw new CheckpointFormatException($"'{file.Location}' isn't the shard that '{folder.Index}' was written with: it was changed or exchanged. Build the store again.");
            }

            parts.Add(new StoredPart(file, rows, shard.Rows, shard.Hash));
            rows = checked(rows + shard.Rows);
        }

        return Join(folder, origin, index.Features, folder.Index, index.Metadata, parts);
    }

    private static StoreContents Join(StoreFolder folder, StoreOrigin origin, FeatureShape features, string whole, IReadOnlyDictionary<string, string> metadata, List<StoredPart> parts)
    {
        var records = Lines(folder.Images, Need(whole, metadata, StoreWriter.ImagesHash), whole);
        if (parts.Sum(part => part.Rows) is var rows && records.Count != rows)
        {
            throw new CheckpointFormatException($"'{folder.Images}' lists {records.Count} pictures, and '{whole}' holds {rows} embeddings: they don't belong together. Build the store again.");
        }

        return new StoreContents(origin, features, records, RowsOf(folder, records), parts)
        {
            Skipped = metadata.TryGetValue(StoreWriter.SkippedHash, out var hash) ? Lines(folder.Skipped, hash, whole) : [],
        };
    }

    private static SafetensorsFile Open(string path, List<SafetensorsFile> opened)
    {
        opened.Add(SafetensorsFile.Open(path));
        return opened[^1];
    }

    private static List<ImageRecord> Lines(string path, string hash, string whole)
    {
        var (records, found) = ImageRecordFile.Read(path);
        return found == hash
            ? records
            : throw new CheckpointFormatException($"'{path}' isn't the list that '{whole}' was written with: it was changed or exchanged. Build the store again.");
    }

    /// <param name="file">The file.</param>
    /// <param name="origin">Which says the type.</param>
    /// <param name="size">The shape of a row that is known already; null for any vector.</param>
    private static IReadOnlyList<long> Shape(SafetensorsFile file, StoreOrigin origin, FeatureShape? size)
    {
        if (!file.Tensors.TryGetValue(StoreWriter.TensorName, out var info))
        {
            throw new CheckpointFormatException($"'{file.Location}' has no tensor '{StoreWriter.TensorName}': this isn't an embedding store.");
        }

        var fits = info.Shape is [>= 1 and <= int.MaxValue and var rows, ..] && (size is { } known
            ? info.Shape.SequenceEqual(known.Of(rows))
            : info.Shape is [_, >= 1 and <= int.MaxValue]);
        if (!fits)
        {
            var expected = size is { } row ? $"[N, {row.Length}, {row.Size}]" : "[N, D] with at least one of each";
            throw new CheckpointFormatException($"'{file.Location}': the tensor '{StoreWriter.TensorName}' has the shape [{string.Join(", ", info.Shape)}], and must have {expected}.");
        }

        var type = StoreWriter.TypeOf(origin.Precision).Name;
        return info.DataType == type
            ? info.Shape
            : throw new CheckpointFormatException($"'{file.Location}': the tensor '{StoreWriter.TensorName}' is {info.DataType}, and the metadata's 'element_type' promises {type}.");
    }

    private static Dictionary<string, int> RowsOf(StoreFolder folder, List<ImageRecord> records)
    {
        var rows = new Dictionary<string, int>(records.Count, StringComparer.Ordinal);
        for (var row = 0; row < records.Count; row++)
        {
            if (!rows.TryAdd(records[row].Id, row))
            {
                throw new CheckpointFormatException($"'{folder.Images}', line {row + 1}: the id '{records[row].Id}' was in line {rows[records[row].Id] + 1} already.");
            }
        }

        return rows;
    }

    private static string Need(string location, IReadOnlyDictionary<string, string> metadata, string name) => metadata.GetValueOrDefault(name)
        ?? throw new CheckpointFormatException($"'{location}': the metadata's '{name}' is missing.");
}
