using System.Text.Json;
using System.Text.Json.Nodes;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

/// <summary>A copy of a golden model's folder, with its weights from where the data keep them and some of its files changed.</summary>
internal sealed class EditedModel : IDisposable
{
    private const string Dropped = "DROP";
    private const string GenerationName = "generation_config.json";

    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public EditedModel(string model)
    {
        foreach (var file in Directory.EnumerateFiles(GoldenRoot.Path(model)))
        {
            File.Copy(file, PathOf(Path.GetFileName(file)));
        }

        if (Weights(model) is { } weights)
        {
            File.Copy(GoldenRoot.Path(weights), PathOf("model.safetensors"));
        }
    }

    public ModelFolder Open() => ModelFolder.Open(_folder);

    public string PathOf(string file) => Path.Combine(_folder, file);

    /// <summary>Changes fields of <c>config.json</c>.</summary>
    public void Configure(JsonElement changes)
    {
        var config = JsonNode.Parse(File.ReadAllText(PathOf("config.json")))!.AsObject();
        foreach (var change in changes.EnumerateObject())
        {
            if (change.Value.ValueKind == JsonValueKind.String && change.Value.GetString() == Dropped)
            {
                config.Remove(change.Name);
            }
            else
            {
                config[change.Name] = JsonNode.Parse(change.Value.GetRawText());
            }
        }

        File.WriteAllText(PathOf("config.json"), config.ToJsonString());
    }

    /// <summary>Takes files away whose names begin so.</summary>
    public void Remove(string namePrefix)
    {
        var files = Directory.GetFiles(_folder, namePrefix + "*");
        Assert.NotEmpty(files);
        Array.ForEach(files, File.Delete);
    }

    /// <summary>Sets <c>generation_config.json</c>: its content, null for no file, the text "keep" for the one that is there.</summary>
    public void SetGeneration(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.Null)
        {
            File.Delete(PathOf(GenerationName));
        }
        else if (content.ValueKind == JsonValueKind.Object)
        {
            SetGeneration(content.GetRawText());
        }
        else
        {
            Assert.Equal("keep", content.GetString());
        }
    }

    public void SetGeneration(string text) => File.WriteAllText(PathOf(GenerationName), text);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The file of weights of a folder that holds none.</summary>
    private static string? Weights(string model)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(GoldenRoot.Path("transformers5/models.json")));
        return json.RootElement.GetProperty("models").EnumerateArray()
            .Where(entry => entry.GetProperty("folder").GetString() == model)
            .Select(entry => entry.GetProperty("weights").GetString())
            .SingleOrDefault();
    }
}
