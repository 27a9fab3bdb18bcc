using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClipGpt2.Captioning.Metrics.Meteor;

/// <summary>Keeps the index of a table of paraphrases in a file, so that reading the table costs its time once.</summary>
internal static class ParaphraseCache
{
    /// <summary>A table up to this size is quicker indexed than looked for.</summary>
    private const long KeptFrom = 1 << 20;

    public static ParaphraseTable Open(string table, string? cacheFolder)
    {
        var file = new FileInfo(table);
        if (file.Length < KeptFrom)
        {
            return InMemory(ParaphraseIndexer.Read(table));
        }

        var path = Path.Combine(cacheFolder ?? DefaultFolder(), NameOf(file));
        if (TryOpen(path) is { } kept)
        {
            return kept;
        }

        var indexer = ParaphraseIndexer.Read(table);
        return TryWrite(path, indexer) && TryOpen(path) is { } written ? written : InMemory(indexer);
    }

    private static ParaphraseTable InMemory(ParaphraseIndexer indexer)
    {
        using var bytes = new MemoryStream();
        indexer.Write(bytes);
        return new ParaphraseTable(IndexBytes.Of(bytes.ToArray()));
    }

    private static ParaphraseTable? TryOpen(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        IndexBytes? bytes = null;
        try
        {
            return new ParaphraseTable(bytes = IndexBytes.Map(path));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // An index of an older form, or not readable: it is made again.
            bytes?.Dispose();
            return null;
        }
    }

    /// <summary>Without a place to write to, the index is made again each time.</summary>
    private static bool TryWrite(string path, ParaphraseIndexer indexer)
    {
        try
        {
            AtomicFile.Write(path, indexer.Write);
            return true;
        }
        catch (CaptioningException)
        {
            return false;
        }
    }

    private static string DefaultFolder()
    {
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return Path.Combine(Path.IsPathFullyQualified(data) ? data : Path.GetTempPath(), "ClipGpt2.Captioning");
    }

    /// <summary>Another file, or the same one changed, has another index.</summary>
    private static string NameOf(FileInfo table)
    {
        var identity = string.Create(CultureInfo.InvariantCulture, $"{table.FullName}|{table.Length}|{table.LastWriteTimeUtc.Ticks}");
        return $"paraphrases-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)))[..16]}.index";
    }
}
