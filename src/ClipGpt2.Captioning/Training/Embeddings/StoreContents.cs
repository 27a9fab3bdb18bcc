using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>What an embedding store holds beside its numbers, read and checked.</summary>
/// <param name="Origin">What its embeddings depend on.</param>
/// <param name="Dimension">D.</param>
/// <param name="Records">The picture of each row.</param>
/// <param name="Rows">The row of each picture's id.</param>
/// <param name="EmbeddingsHash">The hash of the numbers when they were written.</param>
internal sealed record StoreContents(StoreOrigin Origin, int Dimension, IReadOnlyList<ImageRecord> Records, Dictionary<string, int> Rows, string EmbeddingsHash)
{
    /// <summary>The pictures that were left out.</summary>
    public IReadOnlyList<ImageRecord> Skipped { get; init; } = [];

    /// <exception cref="CheckpointFormatException">Something is missing or doesn't fit the rest.</exception>
    public static StoreContents Read(StoreFolder folder, SafetensorsFile file)
    {
        var origin = StoreOrigin.Read(file);
        var shape = Shape(file, origin);
        var records = Lines(folder.Images, Need(file, StoreWriter.ImagesHash), folder);
        if (records.Count != shape[0])
        {
            throw new CheckpointFormatException($"'{folder.Images}' lists {records.Count} pictures, and '{folder.Embeddings}' holds {shape[0]} embeddings: they don't belong together. Build the store again.");
        }

        return new StoreContents(origin, (int)shape[1], records, RowsOf(folder, records), Need(file, StoreWriter.EmbeddingsHash))
        {
            Skipped = file.Metadata.TryGetValue(StoreWriter.SkippedHash, out var hash) ? Lines(folder.Skipped, hash, folder) : [],
        };
    }

    private static List<ImageRecord> Lines(string path, string hash, StoreFolder folder)
    {
        var (records, found) = ImageRecordFile.Read(path);
        return found == hash
            ? records
            : throw new CheckpointFormatException($"'{path}' isn't the list that '{folder.Embeddings}' was written with: it was changed or exchanged. Build the store again.");
    }

    private static IReadOnlyList<long> Shape(SafetensorsFile file, StoreOrigin origin)
    {
        if (!file.Tensors.TryGetValue(StoreWriter.TensorName, out var info))
        {
            throw new CheckpointFormatException($"'{file.Location}' has no tensor '{StoreWriter.TensorName}': this isn't an embedding store.");
        }

        if (info.Shape is not [>= 1 and <= int.MaxValue, >= 1 and <= int.MaxValue])
        {
            throw new CheckpointFormatException($"'{file.Location}': the tensor '{StoreWriter.TensorName}' has the shape [{string.Join(", ", info.Shape)}], and must have [N, D] with at least one of each.");
        }

        var type = origin.Precision == EmbeddingPrecision.Float32 ? "F32" : "F16";
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

    private static string Need(SafetensorsFile file, string name) => file.Metadata.GetValueOrDefault(name)
        ?? throw new CheckpointFormatException($"'{file.Location}': the metadata's '{name}' is missing.");
}
