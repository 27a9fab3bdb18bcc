using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>The shards of a store of sequences, one for each chunk of its build, so that what is done is written once.</summary>
/// <remarks>
/// A shard says in its metadata which pictures it is of and how it was made. While the build goes on it is called <c>embeddings-NNNNN.partial</c>; at the end all get
/// their names, and the index is written last. Not safe from several threads.
/// </remarks>
internal sealed class StoreShards(StoreFolder folder, StoreOrigin origin, FeatureShape features, string settings, int count, ILogger logger) : IBuiltChunks
{
    private const string BuildName = "build";
    private const string ImagesName = "images";

    public IReadOnlyList<EmbeddedImage>? Read(int chunk) => Find(chunk)?.Images;

    public void Append(int chunk, IReadOnlyList<EmbeddedImage> images)
    {
        EmbeddedImage[] good = [.. images.Where(image => image.Record.Error is null)];
        var metadata = origin.ToMetadata();
        metadata[BuildName] = settings;
        metadata[ImagesName] = string.Join('\n', images.Select(image => Encoding.UTF8.GetString(image.Record.ToJson())));
        metadata[StoreWriter.EmbeddingsHash] = Hash(good);
        SafetensorsWriter.Write(
            folder.Partial(chunk),
            [new(StoreWriter.TensorName, StoreWriter.TypeOf(origin.Precision), features.Of(good.Length), stream => Array.ForEach(good, image => stream.Write(image.Row.Span)))],
            metadata);
        EmbeddingLog.ChunkWritten(logger, chunk);
    }

    /// <summary>Makes the store of all shards, which are there.</summary>
    /// <returns>The number of rows.</returns>
    /// <exception cref="CaptioningException">No picture is good, or a file can't be written.</exception>
    public int Complete()
    {
        var found = Enumerable.Range(0, count).Select(chunk => (Chunk: chunk, Shard: Find(chunk)!)).ToList();
        var images = found.SelectMany(part => part.Shard.Images).ToList();
        var rows = images.Count(image => image.Record.Error is null);
        StoreWriter.RequireRows(folder, rows);

        // Without its index the folder counts as no store.
        folder.Remove(folder.Index);
        folder.Remove(folder.Embeddings);
        var shards = found.Where(part => part.Shard.Rows > 0).Select(part => Name(part.Chunk, part.Shard)).ToList();
        folder.RemoveShards([.. shards.Select(shard => shard.File)]);
        var metadata = origin.ToMetadata();
        StoreWriter.WriteLists(folder, metadata, () => images);
        new StoreIndex(metadata, features, shards).Write(folder.Index);
        return rows;
    }

    public void Dispose()
    {
    }

    private StoreIndex.Shard Name(int chunk, FoundShard shard)
    {
        var path = folder.Shard(chunk, count);
        if (shard.File != path)
        {
            folder.Rename(shard.File, path);
        }

        return new StoreIndex.Shard(Path.GetFileName(path), shard.Rows, shard.Hash);
    }

    /// <summary>A chunk's shard of this build, or of an earlier one that was made alike.</summary>
    private FoundShard? Find(int chunk) => Open(folder.Partial(chunk)) ?? Open(folder.Shard(chunk, count));

    private FoundShard? Open(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var file = SafetensorsFile.Open(path);
            if (file.Metadata.GetValueOrDefault(BuildName) != settings
                || file.Metadata.GetValueOrDefault(StoreWriter.EmbeddingsHash) is not { } hash
                || file.Metadata.GetValueOrDefault(ImagesName) is not { } lines)
            {
                EmbeddingLog.JournalDiscarded(logger, path, "the encoder, the preprocessing or the options are others now");
                return null;
            }

            EmbeddedImage[] images = [.. lines.Split('\n').Select(line => new EmbeddedImage(ImageRecord.Parse(Encoding.UTF8.GetBytes(line)), default))];
            return new FoundShard(path, images, hash);
        }
        catch (Exception e) when (e is CheckpointFormatException or JsonException)
        {
            EmbeddingLog.JournalDiscarded(logger, path, e.Message);
            return null;
        }
    }

    private static string Hash(EmbeddedImage[] images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Array.ForEach(images, image => hash.AppendData(image.Row.Span));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record FoundShard(string File, IReadOnlyList<EmbeddedImage> Images, string Hash)
    {
        public int Rows { get; } = Images.Count(image => image.Record.Error is null);
    }
}
