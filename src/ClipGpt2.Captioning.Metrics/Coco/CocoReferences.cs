using System.Text.Json;

namespace ClipGpt2.Captioning.Metrics.Coco;

/// <summary>The reference captions of images, from a COCO annotations file.</summary>
/// <remarks>The form is <c>{"images": [{"id": 1}], "annotations": [{"image_id": 1, "caption": "..."}]}</c>; without <c>images</c> the annotations' order counts.</remarks>
public sealed class CocoReferences
{
    private CocoReferences(string path, IReadOnlyDictionary<string, IReadOnlyList<string>> captions, IReadOnlyList<string> ids, IReadOnlyDictionary<string, string> files) =>
        (Path, Captions, ImageIds, FileNames) = (path, captions, ids, files);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The images with captions, in the file's order.</summary>
    public IReadOnlyList<string> ImageIds { get; }

    /// <summary>Each image's captions, in the file's order.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Captions { get; }

    /// <summary>The images' file names, where the file gives them.</summary>
    public IReadOnlyDictionary<string, string> FileNames { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The annotations file.</param>
    /// <exception cref="CaptioningException">The file can't be read or has another form; the message names the place.</exception>
    public static CocoReferences Read(string path)
    {
        using var document = CocoJson.Parse(path);
        var root = document.RootElement;
        var captions = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (annotation, place) in CocoJson.Items(CocoJson.Member(root, "annotations", path, "the top level"), path, "annotations"))
        {
            var id = CocoJson.Id(annotation, "image_id", path, place);
            if (!captions.TryGetValue(id, out var list))
            {
                captions[id] = list = [];
            }

            list.Add(CocoJson.Caption(annotation, path, place));
        }

        if (captions.Count == 0)
        {
            throw CocoJson.Wrong(path, "annotations", "holds no caption");
        }

        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var order = root.TryGetProperty("images", out var images) ? Images(images, path, captions, files) : [.. captions.Keys];
        return new CocoReferences(path, captions.ToDictionary(c => c.Key, c => (IReadOnlyList<string>)c.Value, StringComparer.Ordinal), order, files);
    }

    private static List<string> Images(JsonElement images, string path, Dictionary<string, List<string>> captions, Dictionary<string, string> files)
    {
        var order = new List<string>(captions.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (image, place) in CocoJson.Items(images, path, "images"))
        {
            var id = CocoJson.Id(image, "id", path, place);
            if (!seen.Add(id))
            {
                throw CocoJson.Wrong(path, place, $"image '{id}' comes a second time");
            }

            if (captions.ContainsKey(id))
            {
                order.Add(id);
            }

            if (image.TryGetProperty("file_name", out var file) && file.ValueKind == JsonValueKind.String)
            {
                files[id] = file.GetString()!;
            }
        }

        return captions.Keys.FirstOrDefault(id => !seen.Contains(id)) is { } unknown
            ? throw CocoJson.Wrong(path, "annotations", $"image '{unknown}' is not among the images")
            : order;
    }
}
