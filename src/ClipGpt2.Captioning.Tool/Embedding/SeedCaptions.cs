using System.Text.Json;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Tool.Embedding;

/// <summary>The seed's processed captions: a list of {image, caption}. Paths count from the current folder, as there.</summary>
internal sealed class SeedCaptions : ICaptionDataset
{
    private readonly List<CaptionExample> _examples = [];

    public SeedCaptions(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            if (json.RootElement.ValueKind != JsonValueKind.Array)
            {
                throw new CaptioningException($"'{path}' must hold a list of objects with 'image' and 'caption'.");
            }

            foreach (var item in json.RootElement.EnumerateArray())
            {
                _examples.Add(Read(item, $"{path}: [{_examples.Count}]"));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CaptioningException($"'{path}' can't be read as a list of captions: {e.Message}", e);
        }
    }

    public int Count => _examples.Count;

    public CaptionExample this[int index] => _examples[index];

    private static CaptionExample Read(JsonElement item, string place)
    {
        var image = Text(item, "image", place);
        return new CaptionExample { ImageId = image, Image = image, Caption = Text(item, "caption", place), Location = place };
    }

    private static string Text(JsonElement item, string name, string place) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new CaptioningException($"{place}.{name} must be a text.");
}
