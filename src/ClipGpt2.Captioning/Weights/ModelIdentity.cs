using System.Security.Cryptography;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Which model it is: by name for people, by content for programs.</summary>
/// <param name="Id">The folder or id that it was opened by.</param>
/// <param name="ContentHash">SHA-256 over its configuration and weights in 64 hexadecimal digits: equal for equal files, wherever they lie.</param>
public sealed record ModelIdentity(string Id, string ContentHash)
{
    /// <summary>In which number format and on which device it computes, as <c>Float32 on cpu</c>: the same model gives other last digits elsewhere.</summary>
    /// <value>The default is <see langword="null"/>: not known.</value>
    public string? Computation { get; init; }

    /// <summary>The identity of a model folder: its <c>config.json</c> and the files of its weights are read and hashed.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="CaptioningException">A file can't be read.</exception>
    public static ModelIdentity Of(ModelFolder folder)
    {
        var weights = folder.Weights is ShardedTensors sharded ? sharded.Shards.Values.Select(shard => shard.Location) : [folder.Weights.Location];
        return Of(folder.Id, weights.Order(StringComparer.Ordinal).Prepend(folder.Config.File));
    }

    /// <summary>The identity of the model in a folder.</summary>
    internal static ModelIdentity OfFolder(string path)
    {
        using var folder = ModelFolder.Open(path);
        return Of(folder);
    }

    /// <summary>The identity of a model that lies in the given files, in their order.</summary>
    internal static ModelIdentity Of(string id, IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(HashOf(file));
        }

        return new ModelIdentity(id, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static byte[] HashOf(string file)
    {
        try
        {
            RegularFile.Need(file);
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20, FileOptions.SequentialScan);
            return SHA256.HashData(stream);
        }
        catch (Exception e) when (InputFile.IsReading(e))
        {
            throw InputFile.Unreadable(file, e);
        }
    }
}
