using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>Tells whether a store is there already, so that building it again would change nothing.</summary>
internal static class StoreFreshness
{
    /// <summary>Compares the store in a folder with what is to be built there.</summary>
    /// <returns>What building came to then; null if it has to be done.</returns>
    public static EmbeddingStoreResult? Find(
        StoreFolder folder, StoreOrigin origin, FeatureShape features, IReadOnlyList<KeyValuePair<string, ImageSource>> images, BadImagePolicy badImages, out string? reason)
    {
        reason = null;
        if (folder.Whole is null)
        {
            return null;
        }

        try
        {
            using var store = EmbeddingStore.Open(folder.Path);
            reason = Difference(store, origin, features, images, badImages);
            return reason is null
                ? new EmbeddingStoreResult(store.Count, images.Count, store.Skipped) { WasUpToDate = true }
                : null;
        }
        catch (CaptioningException e)
        {
            reason = e.Message;
            return null;
        }
    }

    private static string? Difference(EmbeddingStore store, StoreOrigin origin, FeatureShape features, IReadOnlyList<KeyValuePair<string, ImageSource>> images, BadImagePolicy badImages)
    {
        if (store.Origin.DifferencesFrom(origin).FirstOrDefault() is { } difference)
        {
            return difference;
        }

        if (store.Features != features)
        {
            return $"it holds {store.Features} and is to hold {features}";
        }

        if (store.Precision != origin.Precision)
        {
            return $"it holds {store.Precision} and is to hold {origin.Precision}";
        }

        if (store.SkippedRecords.Count > 0 && badImages == BadImagePolicy.Fail)
        {
            return "pictures were skipped, and are to be an error";
        }

        return images.Count == store.Count + store.SkippedRecords.Count ? Change(store, images) : "it is to hold other pictures";
    }

    /// <summary>The first picture that isn't the one that was embedded, or skipped, at its place.</summary>
    private static string? Change(EmbeddingStore store, IReadOnlyList<KeyValuePair<string, ImageSource>> images)
    {
        var bad = store.SkippedRecords.DistinctBy(record => record.Id).ToDictionary(record => record.Id, StringComparer.Ordinal);
        var row = 0;
        foreach (var (id, source) in images)
        {
            var record = bad.TryGetValue(id, out var found) ? found : row < store.Count ? store.Records[row++] : null;
            if (record?.Matches(id, source) != true)
            {
                return record?.Id == id ? $"the image '{id}' has changed" : "it is to hold other pictures";
            }
        }

        return null;
    }
}
