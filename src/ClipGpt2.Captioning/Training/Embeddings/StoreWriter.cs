using System.Security.Cryptography;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Writes the files of an embedding store from images that need not be in memory together.</summary>
internal static class StoreWriter
{
    public const string TensorName = "embeddings";
    public const string ImagesHash = "images_sha256";
    public const string EmbeddingsHash = "embeddings_sha256";

    /// <summary>In the metadata only where pictures were skipped.</summary>
    public const string SkippedHash = "skipped_sha256";

    /// <summary>Writes a store; equal images give equal bytes.</summary>
    /// <param name="folder">The folder, which exists; a store that is there is replaced.</param>
    /// <param name="origin">What the embeddings depend on.</param>
    /// <param name="dimension">D.</param>
    /// <param name="images">The images in their order, the bad ones among them; asked for several times.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="CaptioningException">No image is good, or a file can't be written.</exception>
    public static int Write(StoreFolder folder, StoreOrigin origin, int dimension, Func<IEnumerable<EmbeddedImage>> images)
    {
        var (rows, embeddingsHash) = Hash(Good());
        RequireRows(folder, rows);

        // Without its embeddings the folder counts as no store, so that nobody reads the new list with the old rows.
        folder.Remove(folder.Embeddings);
        folder.Remove(folder.Index);
        folder.RemoveShards([]);
        var metadata = origin.ToMetadata();
        metadata[EmbeddingsHash] = embeddingsHash;
        WriteLists(folder, metadata, images);
        SafetensorsWriter.Write(folder.Embeddings, [new(TensorName, TypeOf(origin.Precision), [rows, dimension], WriteRows)], metadata);
        return rows;

        IEnumerable<EmbeddedImage> Good() => images().Where(image => image.Record.Error is null);

        void WriteRows(Stream stream)
        {
            foreach (var image in Good())
            {
                stream.Write(image.Row.Span);
            }
        }
    }

    /// <exception cref="CaptioningException">There are none.</exception>
    public static void RequireRows(StoreFolder folder, int rows)
    {
        if (rows == 0)
        {
            throw new CaptioningException($"The embedding store '{folder.Path}' isn't written: there is no picture that can be embedded.");
        }
    }

    /// <summary>Writes the lists of good and bad pictures, and puts their hashes into the metadata.</summary>
    public static void WriteLists(StoreFolder folder, Dictionary<string, string> metadata, Func<IEnumerable<EmbeddedImage>> images)
    {
        metadata[ImagesHash] = WriteLines(folder.Images, images().Where(image => image.Record.Error is null));
        EmbeddedImage[] bad = [.. images().Where(image => image.Record.Error is not null)];
        if (bad.Length > 0)
        {
            metadata[SkippedHash] = WriteLines(folder.Skipped, bad);
        }
        else
        {
            folder.Remove(folder.Skipped);
        }
    }

    /// <summary>How the file calls the numbers' format.</summary>
    public static ElementType TypeOf(EmbeddingPrecision precision) => ElementType.Find(precision == EmbeddingPrecision.Float32 ? "F32" : "F16")!;

    private static (int Rows, string Hash) Hash(IEnumerable<EmbeddedImage> images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = 0;
        foreach (var image in images)
        {
            hash.AppendData(image.Row.Span);
            rows++;
        }

        return (rows, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <returns>The hash of the file's content.</returns>
    private static string WriteLines(string path, IEnumerable<EmbeddedImage> images)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AtomicFile.Write(path, stream =>
        {
            foreach (var image in images)
            {
                byte[] line = [.. image.Record.ToJson(), (byte)'\n'];
                hash.AppendData(line);
                stream.Write(line);
            }
        });
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
