using System.Text.Json;

namespace TrainScenes.Scenes;

/// <summary>Writes scenes as COCO has its data: JPEG files and one JSON file of captions.</summary>
internal static class SceneFiles
{
    /// <summary>Writes scenes into a folder: <c>images/scene_000000.jpg</c>, ... and <c>captions.json</c>.</summary>
    /// <param name="folder">The folder; it is made if it isn't there.</param>
    /// <param name="scenes">Where the scenes come from.</param>
    /// <param name="count">How many to write.</param>
    /// <returns>The path of the captions.</returns>
    public static string Write(string folder, SceneGenerator scenes, int count)
    {
        var images = Directory.CreateDirectory(Path.Combine(folder, "images")).FullName;
        for (var i = 0; i < count; i++)
        {
            File.WriteAllBytes(Path.Combine(images, FileName(i)), SceneDrawing.DrawJpeg(scenes[i]));
        }

        var captions = Path.Combine(folder, "captions.json");
        using var stream = File.Create(captions);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        WriteImages(json, count);
        WriteAnnotations(json, scenes, count);
        json.WriteEndObject();
        return captions;
    }

    private static void WriteImages(Utf8JsonWriter json, int count)
    {
        json.WriteStartArray("images");
        for (var i = 0; i < count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", i + 1);
            json.WriteString("file_name", FileName(i));
            json.WriteNumber("width", SceneDrawing.Width);
            json.WriteNumber("height", SceneDrawing.Height);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAnnotations(Utf8JsonWriter json, SceneGenerator scenes, int count)
    {
        var id = 0;
        json.WriteStartArray("annotations");
        for (var i = 0; i < count; i++)
        {
            foreach (var caption in scenes[i].Captions)
            {
                json.WriteStartObject();
                json.WriteNumber("id", ++id);
                json.WriteNumber("image_id", i + 1);
                json.WriteString("caption", caption);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static string FileName(int index) => $"scene_{index:D6}.jpg";
}
