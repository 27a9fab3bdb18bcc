using System.CommandLine;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Cider;
using ClipGpt2.Captioning.Metrics.Coco;

namespace ClipGpt2.Captioning.Tool.Evaluating;

/// <summary>Where CIDEr's document frequencies come from: its figures can only be compared with figures from the same ones.</summary>
internal static class DocumentFrequencies
{
    /// <summary>COCO's demonstration has 1,000 images; papers' test splits have more.</summary>
    private const int Few = 1_000;

    public static Option<string?> CreateOption() => new("--document-frequencies")
    {
        HelpName = "FILE", Description = "CIDEr's document frequencies of another corpus, saved by --save-document-frequencies; by default they come from the measured images.",
    };

    /// <summary>Saves the frequencies of all references, with a caption or without.</summary>
    public static void Save(CocoReferences references, string path) =>
        CiderDocumentFrequencies.Of(new CaptionCorpus([.. references.ImageIds.Select(id => new CaptionedImage(id, "", references.Captions[id]))])).Save(path);

    /// <summary>What a reader of CIDEr's figure should know, or null.</summary>
    /// <param name="measured">How many images were measured.</param>
    /// <param name="all">How many images have references.</param>
    public static string? Note(int measured, int all) => measured >= Few && measured == all
        ? null
        : $"CIDEr's document frequencies come from the references of {(measured < all ? $"{measured} of {all}" : $"{measured}")} images alone, so its figure can't be "
            + "compared with those of other corpora; --document-frequencies takes a saved corpus's.";
}
