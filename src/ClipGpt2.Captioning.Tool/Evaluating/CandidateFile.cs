using System.CommandLine;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Coco;

namespace ClipGpt2.Captioning.Tool.Evaluating;

/// <summary>A file of captions joined with the references: all of them, or with <c>--subset</c> those that have a caption.</summary>
internal static class CandidateFile
{
    public static Option<bool> CreateSubsetOption() => new("--subset") { Description = "Measure the part of the references that has a caption." };

    /// <exception cref="CaptioningException">Images lack a caption or a reference.</exception>
    public static CaptionCorpus Read(string path, CocoReferences references, bool subset)
    {
        var results = CocoResults.Read(path);
        var found = references.ImageIds.Count(results.Captions.ContainsKey);
        if (found == 0)
        {
            throw new CaptioningException($"'{path}' has a caption for none of the {references.ImageIds.Count} images of '{references.Path}': are these its references?");
        }

        if (found < references.ImageIds.Count && !subset)
        {
            throw new CaptioningException(
                $"'{path}' has a caption for {found} of the {references.ImageIds.Count} images of '{references.Path}'; --subset measures those.");
        }

        return results.With(references, allowMissing: subset);
    }
}
