using System.Globalization;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>The files of an embedding store.</summary>
internal sealed record StoreFolder(string Path)
{
    /// <summary>What the names of all files of a store of sequences begin with.</summary>
    private const string Beginning = "embeddings-";

    /// <summary>The embeddings; written last, so that a folder that has it is whole.</summary>
    public string Embeddings => File("embeddings.safetensors");

    /// <summary>The list of a store's shards where it holds sequences; written last.</summary>
    public string Index => File("embeddings.index.json");

    /// <summary>The file that makes the folder a store; null if there is none.</summary>
    public string? Whole => System.IO.File.Exists(Embeddings) ? Embeddings : System.IO.File.Exists(Index) ? Index : null;

    /// <summary>One line for each row.</summary>
    public string Images => File("images.jsonl");

    /// <summary>One line for each bad picture; not there if there is none.</summary>
    public string Skipped => File("skipped.jsonl");

    /// <summary>What a build has done so far.</summary>
    public string Journal => File("embeddings.partial");

    /// <summary>A shard of a build that isn't over.</summary>
    public string Partial(int shard) => File(string.Create(CultureInfo.InvariantCulture, $"{Beginning}{shard + 1:D5}.partial"));

    /// <summary>A shard of a whole store.</summary>
    public string Shard(int shard, int count) => File(string.Create(CultureInfo.InvariantCulture, $"{Beginning}{shard + 1:D5}-of-{count:D5}.safetensors"));

    private string LockFile => File("embeddings.lock");

    /// <summary>Makes the folder where there is none.</summary>
    /// <exception cref="CaptioningException">It can't be made.</exception>
    public void Create() => Guard("made", () => Directory.CreateDirectory(Path));

    /// <summary>Keeps other builders out until the result is disposed; the system releases it when the process ends, however it ends.</summary>
    /// <exception cref="CaptioningException">Another builder is at work there.</exception>
    public IDisposable Lock()
    {
        try
        {
            // The file stays: removing it would let two builders hold two files of one name.
            return new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (IsFileError(e))
        {
            throw new CaptioningException($"'{LockFile}' can't be locked: another process builds this store, or the folder can't be written to. Wait for the other one, or end it. ({e.Message})", e);
        }
    }

    /// <summary>Removes what a build left behind that was killed while it wrote the store's files.</summary>
    public void RemoveTemporaries() => Guard("cleaned up", () =>
    {
        string[] beginnings = [.. new[] { Embeddings, Index, Images, Skipped }.Select(file => $"{System.IO.Path.GetFileName(file)}."), Beginning];
        foreach (var file in beginnings.SelectMany(beginning => Directory.EnumerateFiles(Path, $"{beginning}*.tmp")).ToList())
        {
            System.IO.File.Delete(file);
        }
    });

    /// <summary>Removes all shards but some.</summary>
    public void RemoveShards(IReadOnlyCollection<string> except) => Guard("cleaned up", () =>
    {
        var kept = except.Select(System.IO.Path.GetFileName).ToHashSet(StringComparer.Ordinal);
        var shards = Directory.EnumerateFiles(Path, $"{Beginning}*.partial").Concat(Directory.EnumerateFiles(Path, $"{Beginning}*-of-*.safetensors"));
        foreach (var file in shards.Where(file => !kept.Contains(System.IO.Path.GetFileName(file))).ToList())
        {
            System.IO.File.Delete(file);
        }
    });

    /// <summary>Gives a file another name.</summary>
    /// <exception cref="CaptioningException">It can't be renamed.</exception>
    public void Rename(string file, string name) => Guard("completed", () => System.IO.File.Move(file, name, overwrite: true));

    /// <exception cref="CaptioningException">The file is there and can't be removed.</exception>
    public void Remove(string file) => Guard("cleaned up", () => System.IO.File.Delete(file));

    private static bool IsFileError(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    private string File(string name) => System.IO.Path.Combine(Path, name);

    private void Guard(string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (IsFileError(e))
        {
            throw new CaptioningException($"The folder '{Path}' can't be {what}: {e.Message}", e);
        }
    }
}
