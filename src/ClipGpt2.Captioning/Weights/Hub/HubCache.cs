namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Finds models in Hugging Face's cache on disk.</summary>
internal static class HubCache
{
    /// <summary>The folder of a model, a <see cref="ModelNotFoundException"/> if the cache has none.</summary>
    public static string Find(string id, ModelSearchOptions options)
    {
        var repository = new HubRepository(options.CacheFolder, id);
        var snapshot = repository.Snapshot(repository.Commit(options.Revision));
        return Directory.Exists(snapshot)
            ? snapshot
            : throw new ModelNotFoundException(
                $"There is no model '{id}': neither the folder '{Path.GetFullPath(id)}' nor '{snapshot}' in Hugging Face's cache exists. " +
                $"Give a model folder, or fetch the model first ('{FetchCommand(id, options.Revision)}'); nothing is downloaded on its own.");
    }

    /// <summary>The command that fetches a model.</summary>
    public static string FetchCommand(string id, string revision) =>
        $"clipgpt2 fetch {id}{(revision == new ModelSearchOptions().Revision ? "" : $" --revision {revision}")}";
}
