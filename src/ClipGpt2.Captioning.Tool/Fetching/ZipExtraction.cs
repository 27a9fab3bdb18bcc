using System.IO.Compression;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Hub;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Fetching;

/// <summary>Extracts files of a zip archive, each in one step, and compares their lengths and checksums. What is there already and right stays.</summary>
internal sealed partial class ZipExtraction(string archive, string folder, Func<string, bool> wanted, ILogger logger)
{
    private const int FileTypeMask = 0xF000;
    private const int LinkType = 0xA000;

    private readonly string _root = Path.GetFullPath(folder);

    /// <returns>How many files the folder now has of the archive.</returns>
    /// <exception cref="CaptioningException">The archive is damaged (and then removed) or would write outside the folder, or the disk is full.</exception>
    public int Run(IProgress<DownloadProgress> progress, CancellationToken token)
    {
        try
        {
            using var zip = ZipFile.OpenRead(archive);
            List<ZipArchiveEntry> entries = [.. zip.Entries.Where(entry => wanted(entry.FullName))];
            if (entries.Count == 0)
            {
                throw new InvalidDataException("none of the files that are wanted is in it");
            }

            entries.ForEach(ThrowIfUnsafe);
            RemoveTemporaries(entries);
            Extract(entries, progress, token);
            return entries.Count;
        }
        catch (InvalidDataException e)
        {
            File.Delete(archive);
            throw new CaptioningException($"'{archive}' is damaged: {e.Message}. It was removed; run the same command again to download it anew.", e);
        }
    }

    private void Extract(List<ZipArchiveEntry> entries, IProgress<DownloadProgress> progress, CancellationToken token)
    {
        var missing = entries.FindAll(entry => !IsThere(entry, token));
        var bytes = missing.Sum(entry => entry.Length);
        FreeSpace.Require(folder, bytes, $"what is in '{archive}'", "Nothing was extracted.");
        Extracting(logger, missing.Count, entries.Count, folder);
        var counter = new DownloadCounter(progress, bytes);
        foreach (var entry in missing)
        {
            token.ThrowIfCancellationRequested();
            var file = new RemoteFile(entry.FullName, new Uri(Path.GetFullPath(archive)), entry.Length, null, null);
            AtomicFile.MakeFolderOf(Target(entry));
            AtomicFile.Write(Target(entry), stream => Copy(entry, stream, token));
            counter.Begin(file, entry.Length);
            counter.End(file);
        }
    }

    private static void Copy(ZipArchiveEntry entry, Stream target, CancellationToken token)
    {
        using var source = entry.Open();
        var (length, checksum) = Crc32.Copy(source, target, entry.Length, token);
        if (length != entry.Length || checksum != entry.Crc32)
        {
            throw new InvalidDataException($"'{entry.FullName}' doesn't have the length and checksum that the archive names");
        }
    }

    private bool IsThere(ZipArchiveEntry entry, CancellationToken token)
    {
        if (new FileInfo(Target(entry)) is not { Exists: true } file || file.Length != entry.Length)
        {
            return false;
        }

        using var content = file.OpenRead();
        return Crc32.Copy(content, Stream.Null, entry.Length, token).Checksum == entry.Crc32;
    }

    /// <summary>Nothing may be written outside the folder, by a path or through a link.</summary>
    private void ThrowIfUnsafe(ZipArchiveEntry entry)
    {
        var isLink = ((entry.ExternalAttributes >> 16) & FileTypeMask) == LinkType;
        if (isLink || entry.FullName.Contains('\\') || !Target(entry).StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
        {
            throw new CaptioningException($"'{archive}' holds '{entry.FullName}', which {(isLink ? "is a link" : "leads out of its folder")}; nothing is extracted.");
        }
    }

    /// <summary>Removes what an earlier run left behind that was killed while it wrote.</summary>
    private void RemoveTemporaries(List<ZipArchiveEntry> entries)
    {
        var names = entries.Select(Target).ToHashSet(StringComparer.Ordinal);
        foreach (var directory in names.Select(name => Path.GetDirectoryName(name)!).Distinct().Where(Directory.Exists))
        {
            foreach (var file in Directory.EnumerateFiles(directory, "*.tmp").Where(file => names.Contains(BeforeTemporary(file))))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>A temporary file has two endings of chance and one of its own.</summary>
    private static string BeforeTemporary(string file) =>
        Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileNameWithoutExtension(Path.GetFileNameWithoutExtension(Path.GetFileNameWithoutExtension(file))));

    private string Target(ZipArchiveEntry entry) => Path.GetFullPath(Path.Combine(_root, entry.FullName));

    [LoggerMessage(49, LogLevel.Information, "Extracting {Missing} of {Files} file(s) into '{Folder}'")]
    private static partial void Extracting(ILogger logger, int missing, int files, string folder);
}
