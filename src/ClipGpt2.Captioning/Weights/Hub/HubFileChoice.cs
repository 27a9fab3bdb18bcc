using System.IO.Enumeration;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>Which of a repository's files are fetched.</summary>
internal static class HubFileChoice
{
    /// <summary>The file without which a folder is no model: the last one to come, so that a folder that has it has all.</summary>
    public const string Last = "config.json";

    /// <summary>The names to fetch, in the order to do it.</summary>
    public static IReadOnlyList<string> Choose(IReadOnlyList<string> all, HubFetchOptions options)
    {
        var weights = Weights(all);
        return
        [
            .. all.Where(name => options.AllFiles || ModelFolderWriter.Configuration.Contains(name) || weights.Contains(name) || IsIncluded(name, options))
                .Distinct(StringComparer.Ordinal)
                .OrderBy(name => name == Last)
                .ThenBy(name => name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The weights in the best form that there is, in one file or in shards: safetensors, or else PyTorch's.</summary>
    private static HashSet<string> Weights(IReadOnlyList<string> all)
    {
        foreach (var (stem, ending) in new[] { ("model", ".safetensors"), ("pytorch_model", ".bin") })
        {
            if (all.Contains(stem + ending))
            {
                return [stem + ending];
            }

            var index = $"{stem}{ending}.index.json";
            if (all.Contains(index))
            {
                return [index, .. all.Where(name => FileSystemName.MatchesSimpleExpression($"{stem}-*-of-*{ending}", name, ignoreCase: false))];
            }
        }

        return [];
    }

    private static bool IsIncluded(string name, HubFetchOptions options) =>
        options.Include.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
}
