using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Weights;
using Microsoft.ML.Tokenizers;

namespace ClipGpt2.Captioning.Parts;

/// <summary>Loads one part by its description.</summary>
internal static class PartLoader
{
    /// <summary>Loads a part; dispose it, if it can be.</summary>
    /// <param name="kinds">The known kinds of its role.</param>
    /// <param name="part">Its description.</param>
    /// <param name="loading">How.</param>
    /// <param name="tokenizer">The captioner's tokenizer, for a decoder.</param>
    /// <exception cref="CaptioningException">The kind isn't known, the base isn't there or has changed, or tensors don't fit.</exception>
    public static T Load<T>(KindTable<T> kinds, PartDescription part, PartLoading loading, Tokenizer? tokenizer = null)
        where T : class
    {
        var kind = kinds.Of(part.Section);
        RefuseWithoutBase(part, kind);
        var path = part.Place.Locate(loading.Search);
        RefuseChanged(part, path, kind.Identify is { } identify ? () => identify(path) : null);
        var loaded = kind.Load(new PartContext(part.Section, path, loading.ComputeOf(kinds.Role))
        {
            Id = part.Place.Name,
            Search = loading.Search,
            Stored = part.Stored,
            Tokenizer = tokenizer,
            Compatibility = loading.Compatibility ?? RecordedCompatibility.Find(part.Section) ?? default,
            Logger = loading.Logger,
        });
        try
        {
            RefuseUnread(part, kind.Name, kinds.Role);
            RefuseChanged(part, path, kind.Identify is null && loaded is IIdentifiedModel model ? () => model.Identity : null);
            return loaded;
        }
        catch
        {
            (loaded as IDisposable)?.Dispose();
            throw;
        }
    }

    /// <summary>A kind whose models lie in files has more in them than weights.</summary>
    private static void RefuseWithoutBase<T>(PartDescription part, PartKind<T> kind)
        where T : class
    {
        if (part.IsWithoutBase && kind.Identify is not null)
        {
            throw CheckpointReader.WithoutBase(part.Section);
        }
    }

    /// <summary>A kind that leaves a checkpoint's tensors where they are gives another model than was trained.</summary>
    private static void RefuseUnread(PartDescription part, string kind, string role)
    {
        if (part.Stored is { IsUsed: false, IsEmpty: false })
        {
            throw new CheckpointFormatException(
                $"'{part.Section.File}' holds tensors of the {PartRole.InWords(role)}, and its kind '{kind}' doesn't read them: load the part's weights by {nameof(PartContext)}.{nameof(PartContext.OpenWeights)}.");
        }
    }

    /// <summary>Fails if a model isn't what the captioner was trained upon any more.</summary>
    private static void RefuseChanged(PartDescription part, string path, Func<ModelIdentity>? identify)
    {
        if (part.Model is { } recorded && identify?.Invoke().ContentHash is { } actual && actual != recorded.ContentHash)
        {
            throw new CheckpointFormatException(
                $"'{part.Section.File}' was trained upon '{recorded.Name}' with the content hash {recorded.ContentHash}, and '{path}' has {actual}: it is another model, with which the captions would be wrong. Put the right one there.");
        }
    }
}
