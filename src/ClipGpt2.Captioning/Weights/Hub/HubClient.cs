using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Fetches models by id into Hugging Face's cache on disk, where <see cref="ModelFolder.Open"/> and Python's programs find them.</summary>
/// <remarks>
/// What was fetched before isn't fetched again; what broke off goes on where it stopped, in a later run too. A file gets its name only when it is whole and its
/// content has the hash that the hub names (SHA-256, or git's SHA-1 for small files), and a revision points at a commit only when all its files are there: a
/// process that is killed leaves nothing behind that loads wrong. Any number of threads and processes may fetch at once, Python's too; one downloads a file,
/// and the others wait for it.
/// </remarks>
public sealed class HubClient : IDisposable
{
    private readonly HubOptions _options;
    private readonly HttpSender _sender;
    private readonly ILogger _logger;

    /// <summary>Creates the client; nothing is sent yet.</summary>
    /// <param name="options">The options, which must not change any more; null for the defaults.</param>
    /// <param name="handler">What sends the requests, such as one of <c>IHttpMessageHandlerFactory</c>; it stays the caller's and must not follow redirects. Null for an own one.</param>
    /// <param name="logger">Where to log, or null.</param>
    /// <exception cref="CaptioningException">An option is wrong, or the handler follows redirects.</exception>
    public HubClient(HubOptions? options = null, HttpMessageHandler? handler = null, ILogger<HubClient>? logger = null)
    {
        _options = options ?? new();
        _options.Validate();
        _logger = logger ?? NullLogger<HubClient>.Instance;
        _sender = new HttpSender(_options, handler, _logger);
    }

    /// <summary>Fetches a model's files that aren't in the cache yet.</summary>
    /// <param name="id">The model's id, such as <c>openai/clip-vit-base-patch32</c>.</param>
    /// <param name="options">Which files, of which revision; null for the defaults.</param>
    /// <param name="progress">Is told of the bytes, a few times a second; null for nobody.</param>
    /// <param name="token">Ends the download; what has come is kept for the next one.</param>
    /// <returns>The model in the cache.</returns>
    /// <exception cref="ModelNotFoundException">The hub has no such model or revision; or nothing may be sent, and the cache hasn't got it.</exception>
    /// <exception cref="DownloadException">The hub can't be reached, refuses the model, or gives a wrong file.</exception>
    /// <exception cref="CaptioningException">The disk is full, or a file can't be written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<HubModel> FetchAsync(
        string id, HubFetchOptions? options = null, IProgress<DownloadProgress>? progress = null, CancellationToken token = default)
    {
        options ??= new();
        var repository = new HubRepository(_options.CacheFolder, id);
        repository.ThrowIfNoRevision(options.Revision);
        if (_options.Offline)
        {
            return CachedModel.Find(repository, options, _options.CacheFolder);
        }

        try
        {
            var directory = new HubDirectory(_sender, _options, id, _logger);
            return await FetchAsync(directory, repository, options, progress, token).ConfigureAwait(false);
        }
        catch (DownloadException e) when (HubRefusal.Of(e, id, options.Revision, _options) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sender.Dispose();

    private async Task<HubModel> FetchAsync(
        HubDirectory directory, HubRepository repository, HubFetchOptions options, IProgress<DownloadProgress>? progress, CancellationToken token)
    {
        var listing = await directory.ListAsync(options.Revision, token).ConfigureAwait(false);
        if (listing.Unusable.Count > 0)
        {
            HubLog.LeftAlone(_logger, repository.Id, listing.Unusable.Count, listing.Unusable[0]);
        }

        var names = HubFileChoice.Choose(listing.Files, options);
        if (names.Count == 0)
        {
            throw new ModelNotFoundException(
                $"'{repository.Id}' (revision '{options.Revision}') has none of the files that a model here consists of. It has {string.Join(", ", listing.Files.Take(10))}; " +
                $"--all (the option {nameof(HubFetchOptions.AllFiles)}) fetches them.");
        }

        var missing = names.Where(name => !CacheFile.Exists(repository.SnapshotFile(listing.Commit, name))).ToList();
        HubLog.Listed(_logger, repository.Id, options.Revision, listing.Commit, names.Count, missing.Count);
        var files = new List<RemoteFile>();
        foreach (var name in missing)
        {
            files.Add(await directory.DescribeAsync(listing.Commit, name, token).ConfigureAwait(false));
        }

        var store = new BlobStore(repository, _sender, _options, _logger);
        FreeSpace.Require(repository.Folder, files.Sum(store.BytesToCome), $"'{repository.Id}'", "Nothing was downloaded.");
        var counter = new DownloadCounter(progress, files.Sum(file => file.Size));
        foreach (var file in files)
        {
            await store.StoreAsync(file, listing.Commit, counter, token).ConfigureAwait(false);
        }

        await repository.WriteReferenceAsync(options.Revision, listing.Commit, _logger, token).ConfigureAwait(false);
        return new HubModel(repository.Id, listing.Commit, repository.Snapshot(listing.Commit), names, counter.Received);
    }
}
