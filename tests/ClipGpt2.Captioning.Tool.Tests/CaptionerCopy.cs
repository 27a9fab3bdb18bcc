using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>A copy of the repository's small captioner that a test may change.</summary>
internal sealed class CaptionerCopy : IDisposable
{
    public CaptionerCopy()
    {
        var source = Golden.File("../captioner");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = File(Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            System.IO.File.Copy(file, target);
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public string File(string name) => Path.Combine(Folder, name);

    /// <summary>Changes a JSON file; one that isn't there begins as an empty object.</summary>
    public void Edit(string name, Action<JsonObject> change)
    {
        var json = System.IO.File.Exists(File(name)) ? JsonNode.Parse(System.IO.File.ReadAllText(File(name)))!.AsObject() : [];
        change(json);
        System.IO.File.WriteAllText(File(name), json.ToJsonString());
    }

    /// <summary>Makes all weights of a float32 file NaN.</summary>
    public void BreakWeights(string name)
    {
        var bytes = System.IO.File.ReadAllBytes(File(name));
        MemoryMarshal.Cast<byte, float>(bytes.AsSpan(8 + (int)BitConverter.ToInt64(bytes))).Fill(float.NaN);
        System.IO.File.WriteAllBytes(File(name), bytes);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
