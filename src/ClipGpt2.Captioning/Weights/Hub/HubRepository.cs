using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Weights.Hub;

/// <summary>A model's folder in Hugging Face's cache: <c>models--org--name</c> with <c>blobs</c> by hash, <c>snapshots</c> by commit and <c>refs</c> by branch.</summary>
/// <remarks>
/// Follows huggingface_hub's <c>file_download.py</c>, so that Python's programs and this library share what either has fetched. A name can't lead out of it.
/// </remarks>
internal sealed partial class HubRepository
{
    private readonly string _cache;
    private readonly string _folderName;

    /// <param name="cache">The cache's root.</param>
    /// <param name="id">The model's id, such as <c>openai/clip-vit-base-patch32</c>.</param>
    /// <exception cref="ModelNotFoundException">It is none.</exception>
    public HubRepository(string cache, string id)
    {
        if (!IdForm().IsMatch(id) || id.Contains("--", StringComparison.Ordinal) || id.Contains("..", StringComparison.Ordinal))
        {
            throw new ModelNotFoundException($"'{id}' is neither a folder that exists nor the id of a model such as 'openai/clip-vit-base-patch32'.");
        }

        Id = id;
        _cache = Path.GetFullPath(cache);
        _folderName = "models--" + id.Replace("/", "--", StringComparison.Ordinal);
    }

    public string Id { get; }

    public string Folder => Path.Combine(_cache, _folderName);

    public string Blob(ContentHash hash) => Path.Combine(Folder, "blobs", hash.Hex);

    public string Partial(ContentHash hash) => Blob(hash) + ".incomplete";

    public string LockFile(ContentHash hash) => LockFile(hash.Hex);

    public string Snapshot(string commit) => Path.Combine(Folder, "snapshots", commit);

    public string SnapshotFile(string commit, string name) => Path.Combine(Snapshot(commit), name.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>The commit that a revision stood for when it was last fetched.</summary>
    /// <exception cref="ModelNotFoundException">The revision can't be one.</exception>
    public string Commit(string revision)
    {
        var reference = Reference(revision);
        var commit = File.Exists(reference) ? Encoding.UTF8.GetString(InputFile.ReadAll(reference)).Trim() : revision;
        return RevisionForm().IsMatch(commit) && !commit.Contains("..", StringComparison.Ordinal)
            ? commit
            : throw new ModelNotFoundException($"'{reference}' holds no commit; fetch the model again.");
    }

    /// <summary>Notes which commit a revision stands for.</summary>
    /// <remarks>It is prepared outside <c>refs</c>, where every file is taken for a branch.</remarks>
    /// <exception cref="CaptioningException">It can't be written.</exception>
    public async Task WriteReferenceAsync(string revision, string commit, ILogger logger, CancellationToken token)
    {
        var reference = Reference(revision);
        if (revision == commit || (File.Exists(reference) && Commit(revision) == commit))
        {
            return;
        }

        using var held = await CacheLock.TakeAsync(LockFile("refs"), logger, token).ConfigureAwait(false);
        CacheFile.Write(Path.Combine(Folder, "ref.incomplete"), reference, Encoding.ASCII.GetBytes(commit));
    }

    /// <exception cref="ModelNotFoundException">It can't be a revision.</exception>
    public void ThrowIfNoRevision(string revision)
    {
        if (!RevisionForm().IsMatch(revision) || revision.Contains("..", StringComparison.Ordinal))
        {
            throw new ModelNotFoundException($"'{revision}' isn't the revision of a model ('{Id}'): it must be a branch, a tag or a commit, such as 'main'.");
        }
    }

    private string LockFile(string name) => Path.Combine(_cache, ".locks", _folderName, $"{name}.lock");

    private string Reference(string revision)
    {
        ThrowIfNoRevision(revision);
        return Path.Combine(Folder, "refs", revision.Replace('/', Path.DirectorySeparatorChar));
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)?\z")]
    private static partial Regex IdForm();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._/-]*\z")]
    private static partial Regex RevisionForm();
}
