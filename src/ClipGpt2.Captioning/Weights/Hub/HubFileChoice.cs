using System.IO.Enumeration;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Which of a repository's files are fetched.</summary>
internal static class HubFileChoice
{
    /// <summary>What names the parts of a captioner's folder.</summary>
    private const string Captioner = "captioner.json";

    /// <summary>The files without which a folder is no model, of Hugging Face's form, of OpenCLIP's and of a captioner's: the last one to come, so that a folder that has it has all.</summary>
    private static readonly string[] Configurations = ["config.json", "open_clip_config.json", Captioner];

    /// <summary>Where the parts of a captioner's folder lie.</summary>
    private static readonly string[] PartPlaces = ["encoder/", "decoder/", "text_encoder/", "projector.safetensors"];

    /// <summary>The names of ClipCap's checkpoints: as its weights were published, and as its training writes them, with a file of arguments beside them.</summary>
    private static readonly string[] ClipCapNames = ["*_weights.pt", "*_latest.pt", "*-???.pt"];

    /// <summary>The names to fetch, in the order to do it.</summary>
    public static IReadOnlyList<string> Choose(IReadOnlyList<string> all, HubFetchOptions options)
    {
        var weights = Weights(all);
        return
        [
            .. all.Where(name => options.AllFiles || IsOfCaptioner(name, all) || ModelFolderWriter.Configuration.Contains(name) || weights.Contains(name) || IsIncluded(name, options))
                .Distinct(StringComparer.Ordinal)
                .OrderBy(name => Configurations.Contains(name))
                .ThenBy(name => name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The file without which chosen ones are no model; null for ClipCap's checkpoints, which stand alone, and for what was asked for by name.</summary>
    public static string? LastOf(IReadOnlyList<string> chosen) => Configurations.FirstOrDefault(chosen.Contains);

    /// <summary>Whether chosen files are a model that can be loaded: its configuration, or a checkpoint that has none.</summary>
    public static bool IsModel(IReadOnlyList<string> chosen) => LastOf(chosen) is not null || ClipCap(chosen).Count > 0;

    /// <summary>
    /// The weights in the best form that there is, in one file or in shards: safetensors, or else PyTorch's; Hugging Face's, or else OpenCLIP's with their configuration,
    /// or else ClipCap's.
    /// </summary>
    private static HashSet<string> Weights(IReadOnlyList<string> all)
    {
        foreach (var (stem, ending) in new[] { ("model", ".safetensors"), ("pytorch_model", ".bin"), ("open_clip_model", ".safetensors"), ("open_clip_pytorch_model", ".bin") })
        {
            if (all.Contains(stem + ending))
            {
                return stem.StartsWith("open_clip", StringComparison.Ordinal) ? [stem + ending, "open_clip_config.json"] : [stem + ending];
            }

            var index = $"{stem}{ending}.index.json";
            if (all.Contains(index))
            {
                return [index, .. all.Where(name => FileSystemName.MatchesSimpleExpression($"{stem}-*-of-*{ending}", name, ignoreCase: false))];
            }
        }

        return ClipCap(all);
    }

    private static HashSet<string> ClipCap(IReadOnlyList<string> all)
    {
        string[] checkpoints = [.. all.Where(name => !name.Contains('/', StringComparison.Ordinal) && ClipCapNames.Any(form => FileSystemName.MatchesSimpleExpression(form, name, ignoreCase: false)))];
        return [.. checkpoints, .. all.Where(name => checkpoints.Any(checkpoint => name == Arguments(checkpoint)))];
    }

    /// <summary>The name of the file of arguments of one of ClipCap's checkpoints.</summary>
    private static string Arguments(string checkpoint)
    {
        var stem = Path.GetFileNameWithoutExtension(checkpoint);
        var cut = stem.EndsWith("_latest", StringComparison.Ordinal) ? "_latest".Length : stem.EndsWith("_weights", StringComparison.Ordinal) ? 0 : "-003".Length;
        return stem[..^cut] + ".json";
    }

    private static bool IsOfCaptioner(string name, IReadOnlyList<string> all) =>
        all.Contains(Captioner) && (name == Captioner || PartPlaces.Any(place => name.StartsWith(place, StringComparison.Ordinal)));

    private static bool IsIncluded(string name, HubFetchOptions options) =>
        options.Include.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
}
