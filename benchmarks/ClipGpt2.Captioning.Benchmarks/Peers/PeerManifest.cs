using System.Text.Json;

namespace ClipGpt2.Captioning.Benchmarks.Peers;

/// <summary>What a manifest in <c>Graphs/</c> says of a model's weights: where each lies in the data file and the rule that makes it.</summary>
internal sealed record PeerManifest(string DataFile, long DataBytes, ulong Seed, IReadOnlyList<PeerTensor> Tensors, JsonElement Check)
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The folder of the graphs and manifests.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Graphs");

    public static PeerManifest Load(string name)
    {
        using var file = File.OpenRead(Path.Combine(Folder, name));
        return JsonSerializer.Deserialize<PeerManifest>(file, SnakeCase) ?? throw new InvalidDataException($"{name} is empty.");
    }
}

/// <summary>One weight: float32 at an offset of the data file, uniform within <paramref name="HalfRange"/> of <paramref name="Mean"/>.</summary>
internal sealed record PeerTensor(string Name, long[] Shape, long Offset, long Length, double Mean, double HalfRange);
