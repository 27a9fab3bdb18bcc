using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Brings files into a model's folder in the cache.</summary>
internal sealed class BlobStore(HubRepository repository, HttpSender sender, HubOptions options, ILogger logger)
{
    /// <summary>How much of a file isn't on the disk yet.</summary>
    public long BytesToCome(RemoteFile file)
    {
        if (IsWhole(file))
        {
            return 0;
        }

        var partial = new FileInfo(repository.Partial(file.Hash!));
        return file.Size - (partial.Exists ? Math.Min(partial.Length, file.Size) : 0);
    }

    /// <summary>Downloads a file, unless its content is there already, and puts it into a commit's snapshot.</summary>
    /// <exception cref="CaptioningException">It can't be had, or can't be written.</exception>
    public async Task StoreAsync(RemoteFile file, string commit, DownloadCounter counter, CancellationToken token)
    {
        var (hash, target) = (file.Hash!, repository.SnapshotFile(commit, file.Name));
        using var held = await CacheLock.TakeAsync(repository.LockFile(hash), logger, token).ConfigureAwait(false);

        // Another process may have brought it while this one waited.
        if (!CacheFile.Exists(target))
        {
            var isNew = !IsWhole(file);
            if (isNew)
            {
                await new FileDownload(sender, options, file, counter, logger).RunAsync(repository.Partial(hash), token).ConfigureAwait(false);
                CacheFile.Move(repository.Partial(hash), repository.Blob(hash));
            }

            CacheFile.Place(repository.Blob(hash), target, options.SymbolicLinks, isNew);
            HubLog.Placed(logger, file.Name);
        }

        counter.End(file);
    }

    private bool IsWhole(RemoteFile file) => new FileInfo(repository.Blob(file.Hash!)) is { Exists: true } blob && blob.Length == file.Size;
}
