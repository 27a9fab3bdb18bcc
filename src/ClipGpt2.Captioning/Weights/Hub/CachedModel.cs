namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>A model as the cache has it, when nothing may be sent.</summary>
internal static class CachedModel
{
    /// <summary>The model, if the cache has all that the library needs of it.</summary>
    /// <exception cref="ModelNotFoundException">It hasn't; the message says what is missing and how to get it.</exception>
    public static HubModel Find(HubRepository repository, HubFetchOptions options, string cache)
    {
        var commit = repository.Commit(options.Revision);
        var snapshot = repository.Snapshot(commit);
        if (!Directory.Exists(snapshot))
        {
            throw Missing(repository, options, cache, "the model as a whole");
        }

        List<string> files =
        [
            .. Directory.EnumerateFiles(snapshot, "*", SearchOption.AllDirectories).Where(CacheFile.Exists)
                .Select(file => Path.GetRelativePath(snapshot, file).Replace(Path.DirectorySeparatorChar, '/')),
        ];
        var chosen = HubFileChoice.Choose(files, options);
        if (!HubFileChoice.IsModel(chosen))
        {
            throw Missing(repository, options, cache, "its 'config.json'");
        }

        try
        {
            TensorFiles.Open(HubFileChoice.LastOf(chosen) is null ? Path.Combine(snapshot, chosen.First(TensorFiles.IsPyTorch)) : snapshot).Dispose();
        }
        catch (CaptioningException e)
        {
            throw Missing(repository, options, cache, $"its weights, whole ({e.Message})");
        }

        return new HubModel(repository.Id, commit, snapshot, chosen, 0);
    }

    private static ModelNotFoundException Missing(HubRepository repository, HubFetchOptions options, string cache, string what) => new(
        $"'{repository.Id}' (revision '{options.Revision}') isn't fetched, since nothing may be sent " +
        $"(HF_HUB_OFFLINE, --offline, or the option {nameof(HubOptions.Offline)}), and the cache '{cache}' lacks {what}. " +
        $"Run '{HubCache.FetchCommand(repository.Id, options.Revision)}' with a network, or copy '{Path.GetFileName(repository.Folder)}' into the cache from a machine that has it.");
}
