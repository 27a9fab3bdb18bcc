using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Training.Embeddings;

/// <summary>The list of a store's shards: <c>embeddings.index.json</c>, whose being there makes the store whole.</summary>
/// <param name="Metadata">What a store of vectors has in its file's metadata.</param>
/// <param name="Features">The shape of a row.</param>
/// <param name="Shards">The shards in the order of their rows, which is that of their names.</param>
internal sealed record StoreIndex(IReadOnlyDictionary<string, string> Metadata, FeatureShape Features, IReadOnlyList<StoreIndex.Shard> Shards)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Reads an index.</summary>
    /// <exception cref="CheckpointFormatException">A field is missing or wrong.</exception>
    public static StoreIndex Read(string path)
    {
        var file = ConfigSection.Load(path);
        var section = file.FindSection("metadata") ?? throw file.Error("metadata", "is missing");
        var features = file.Ints("features") is [> 0 and var length, > 0 and var size]
            ? new FeatureShape(size, length)
            : throw file.Error("features", "must be two numbers above 0, the length of a sequence and the size of its vectors");
        var list = file.FindSection("shards") ?? throw file.Error("shards", "is missing");
        var shards = list.Names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => (Name: name, Entry: list.FindSection(name)!))
            .Select(shard => new Shard(shard.Name, shard.Entry.Int("rows"), shard.Entry.Text("sha256"))).ToList();
        if (shards.Count == 0 || shards.Exists(shard => shard.Rows < 1 || Path.GetFileName(shard.File) != shard.File))
        {
            throw file.Error("shards", "must name files of this folder with at least one row each");
        }

        return new StoreIndex(section.Names.Distinct(StringComparer.Ordinal).ToDictionary(name => name, section.Text, StringComparer.Ordinal), features, shards);
    }

    /// <summary>Writes the index: the same content gives the same bytes.</summary>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public void Write(string path)
    {
        var json = new JsonObject
        {
            ["metadata"] = new JsonObject(Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value))),
            ["features"] = new JsonArray(Features.Length, Features.Size),
            ["shards"] = new JsonObject(Shards.Select(shard => KeyValuePair.Create(shard.File, (JsonNode?)new JsonObject { ["rows"] = shard.Rows, ["sha256"] = shard.Hash }))),
        };
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, json, Indented));
    }

    /// <summary>A file of rows.</summary>
    /// <param name="File">Its name in the store's folder.</param>
    /// <param name="Rows">How many rows it holds.</param>
    /// <param name="Hash">The hash of their numbers.</param>
    internal sealed record Shard(string File, int Rows, string Hash);
}
