using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training.Data;
using ClipGpt2.Captioning.Training.Embeddings;

namespace ClipGpt2.Captioning.Tool.Embedding;

/// <summary>Says whether an embedding store is whole, fresh, and has all pictures of a data set.</summary>
internal static class StoreCheck
{
    /// <exception cref="CaptioningException">It is damaged or stale.</exception>
    public static int Run(string folder, IImageEncoder encoder, EmbeddingStoreOptions options, ICaptionDataset dataset, string captions, CancellationToken token)
    {
        using var store = EmbeddingStore.OpenFor(folder, encoder, options, token);
        store.Verify(token);
        var ids = Enumerable.Range(0, dataset.Count).Select(i => dataset[i].ImageId).Distinct(StringComparer.Ordinal).ToList();
        var skipped = options.BadImages == BadImagePolicy.Skip ? store.Skipped.Select(image => image.Id).ToHashSet(StringComparer.Ordinal) : [];
        var missing = ids.FindAll(id => !store.TryFind(id, out _) && !skipped.Contains(id));
        if (missing.Count > 0)
        {
            missing.Take(FewPictures.Shown).ToList().ForEach(id => Messages.Error($"{id}: not in the store"));
            if (missing.Count > FewPictures.Shown)
            {
                Messages.Error(FewPictures.More(missing.Count));
            }

            Messages.Error($"{missing.Count} of the {ids.Count} pictures of '{captions}' aren't in '{folder}': run 'clipgpt2 embed' without --check.");
            return ExitCode.Failed;
        }

        Console.Out.WriteLine($"{Printable.Line(folder)}: {store.Count} images of {Numbers.Of(store.Features)} numbers, whole and fresh");
        return ExitCode.Success;
    }
}
