using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tests;

/// <summary>A copy of the small captioner's folder that a test may change.</summary>
internal sealed class CaptionerCopy : IDisposable
{
    public CaptionerCopy()
    {
        foreach (var file in Directory.EnumerateFiles(SampleCaptioner.Folder, "*", SearchOption.AllDirectories))
        {
            var target = PathOf(Path.GetRelativePath(SampleCaptioner.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public string Decoder => PathOf("decoder");

    public string PathOf(string name) => Path.Combine(Folder, name);

    public Captioner Load(CaptionerOptions? options = null, ListLogger<Captioner>? log = null) => Captioner.FromPretrained(Folder, options, log);

    public ModelFolder OpenDecoder() => ModelFolder.Open(Decoder);

    /// <summary>Writes the decoder's <c>generation_config.json</c>, or with null takes it away.</summary>
    public void SetGeneration(string? json)
    {
        if (json is null)
        {
            File.Delete(PathOf("decoder/generation_config.json"));
        }
        else
        {
            File.WriteAllText(PathOf("decoder/generation_config.json"), json);
        }
    }

    /// <summary>Sets fields of a JSON file, or takes those away that are null in C#.</summary>
    public void Edit(string name, params (string Field, JsonNode? Value)[] fields)
    {
        var json = JsonNode.Parse(File.ReadAllText(PathOf(name)))!.AsObject();
        foreach (var (field, value) in fields)
        {
            json[field] = value;
        }

        File.WriteAllText(PathOf(name), json.ToJsonString());
    }

    public void Remove(string name, string field)
    {
        var json = JsonNode.Parse(File.ReadAllText(PathOf(name)))!.AsObject();
        json.Remove(field);
        File.WriteAllText(PathOf(name), json.ToJsonString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
