using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.Hub;

namespace ClipGpt2.Captioning.Tool.Fetching;

/// <summary>Where the tool's commands look up models that are given by id: where <c>fetch</c> puts them.</summary>
internal static class LocalModels
{
    /// <exception cref="CaptioningException">An environment variable's value can't be used.</exception>
    public static ModelSearchOptions Search()
    {
        var search = new ModelSearchOptions();
        if (HubOptions.FromEnvironment().NamedCacheFolder is { } folder)
        {
            search.CacheFolder = folder;
        }

        return search;
    }
}
