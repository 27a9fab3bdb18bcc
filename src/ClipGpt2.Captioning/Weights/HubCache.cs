using System.Text;
using System.Text.RegularExpressions;

namespace ClipGpt2.Captioning.Weights;

/// <summary>Hugging Face's cache on disk: <c>models--org--name/snapshots/&lt;commit&gt;</c>, with the commits of branches under <c>refs</c>.</summary>
internal static partial class HubCache
{
    /// <summary>The folder of a model, a <see cref="ModelNotFoundException"/> if the cache has none.</summary>
    public static string Find(string id, ModelSearchOptions options)
    {
        if (!Id().IsMatch(id) || !Revision().IsMatch(options.Revision) || options.Revision.Contains("..", StringComparison.Ordinal))
        {
            throw new ModelNotFoundException(
                $"'{id}' (revision '{options.Revision}') is neither a folder that exists nor the id of a model such as 'openai/clip-vit-base-patch32'.");
        }

        var repository = Path.Combine(options.CacheFolder, "models--" + id.Replace("/", "--", StringComparison.Ordinal));
        var reference = Path.Combine(repository, "refs", options.Revision);
        var commit = File.Exists(reference) ? Encoding.UTF8.GetString(InputFile.ReadAll(reference)).Trim() : options.Revision;
        var snapshot = Path.Combine(repository, "snapshots", commit);
        return Revision().IsMatch(commit) && Directory.Exists(snapshot)
            ? snapshot
            : throw new ModelNotFoundException(
                $"There is no model '{id}': neither the folder '{Path.GetFullPath(id)}' nor '{snapshot}' in Hugging Face's cache exists. " +
                $"Give a model folder, or fetch the model first (for example 'huggingface-cli download {id}'); nothing is downloaded on its own.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)?\z")]
    private static partial Regex Id();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._/-]*\z")]
    private static partial Regex Revision();
}
