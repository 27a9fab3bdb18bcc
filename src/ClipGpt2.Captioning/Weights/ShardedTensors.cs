using TorchSharp;

namespace ClipGpt2.Captioning.Weights;

/// <summary>A model's tensors in several files, with an index that says which is where.</summary>
/// <remarks>
/// All shards are opened and checked with the index, so that what is missing is known before anything is read. What a shard holds beside the
/// index's tensors doesn't count, as in transformers.
/// </remarks>
internal sealed class ShardedTensors : ITensorSource
{
    private readonly Dictionary<string, ITensorSource> _shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ITensorSource> _shardOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorInfo> _tensors = new(StringComparer.Ordinal);

    private ShardedTensors(string indexPath) => Location = indexPath;

    public string Location { get; }

    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <summary>The shards by file name.</summary>
    public IReadOnlyDictionary<string, ITensorSource> Shards => _shards;

    public static ShardedTensors Open(string indexPath)
    {
        var sharded = new ShardedTensors(indexPath);
        try
        {
            sharded.Open(ConfigSection.Load(indexPath));
            return sharded;
        }
        catch
        {
            sharded.Dispose();
            throw;
        }
    }

    public torch.Tensor Read(string name) => _shardOf.TryGetValue(name, out var shard)
        ? shard.Read(name)
        : throw new CheckpointFormatException($"'{Location}' has no tensor '{name}'.");

    public void Dispose()
    {
        foreach (var shard in _shards.Values)
        {
            shard.Dispose();
        }
    }

    private void Open(ConfigSection index)
    {
        foreach (var (name, shardName) in index.Section("weight_map").Texts())
        {
            if (!_shards.TryGetValue(shardName, out var shard))
            {
                _shards[shardName] = shard = OpenShard(shardName, name);
            }

            _shardOf[name] = shard;
            _tensors[name] = shard.Tensors.TryGetValue(name, out var info)
                ? info
                : throw new CheckpointFormatException($"'{Location}' promises the tensor '{name}' in '{shardName}', which lacks it: a missing tensor. Fetch the index and its shards again.");
        }
    }

    private ITensorSource OpenShard(string shardName, string tensor)
    {
        // The name comes from a file that may be anybody's: it must stay inside the folder. (Backslashes part folders on Windows only.)
        if (shardName is "" or "." or ".." || shardName.AsSpan().ContainsAny("/\\:\0"))
        {
            throw new CheckpointFormatException($"'{Location}' names the shard '{shardName}' for '{tensor}': a path out of the folder (traversal) is refused; a plain file name is right.");
        }

        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(Location))!, shardName);
        return File.Exists(path)
            ? TensorFiles.OpenShard(path)
            : throw new CheckpointFormatException($"'{Location}' names the missing shard '{shardName}' (for '{tensor}', among others): there is no such file beside it. Fetch it.");
    }
}
