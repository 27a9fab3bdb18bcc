using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;

namespace ClipGpt2.Captioning.GoldenTests.Harness;

/// <summary>A golden .safetensors file, trusted and small: a reader of thirty lines, independent of the library's.</summary>
public sealed class GoldenTensorFile
{
    private static readonly ConcurrentDictionary<string, GoldenTensorFile> Files = new();

    private readonly Dictionary<string, GoldenTensor> _tensors = [];

    private GoldenTensorFile(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var offsets = entry.Value.GetProperty("data_offsets");
            var (begin, end) = (offsets[0].GetInt32(), offsets[1].GetInt32());
            _tensors[entry.Name] = new GoldenTensor(
                entry.Name,
                entry.Value.GetProperty("dtype").GetString()!,
                [.. entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64())],
                bytes[(8 + headerLength + begin)..(8 + headerLength + end)]);
        }
    }

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    public GoldenTensor this[string name] => _tensors[name];

    public static GoldenTensorFile Open(string relativePath) => Files.GetOrAdd(GoldenRoot.Path(relativePath), path => new GoldenTensorFile(path));

    public bool Contains(string name) => _tensors.ContainsKey(name);
}
