using System.Text;
using System.Text.Json;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>What COCO's annotations hold, before captions and pictures are joined: the two lists come in either order.</summary>
internal sealed class CocoAnnotations
{
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);
    private readonly List<(string ImageId, string Caption)> _captions = [];

    /// <summary>The annotations: the picture's id and the caption.</summary>
    public IReadOnlyList<(string ImageId, string Caption)> Captions => _captions;

    /// <summary>A picture's file; null if the images don't list it.</summary>
    public string? FileName(string id) => _files.GetValueOrDefault(id);

    /// <exception cref="CaptioningException">The file has another form.</exception>
    public static CocoAnnotations Read(JsonTokens json, CancellationToken token)
    {
        var annotations = new CocoAnnotations();
        json.Begin(JsonTokenType.StartObject, "the top level");
        var (images, captions) = (false, false);
        while (json.NextMember())
        {
            if (json.IsNamed("images"u8))
            {
                images = true;
                ReadList(json, "images", annotations.ReadImage, token);
            }
            else if (json.IsNamed("annotations"u8))
            {
                captions = true;
                ReadList(json, "annotations", annotations.ReadAnnotation, token);
            }
            else
            {
                json.Skip();
            }
        }

        json.Finish();
        return images && captions ? annotations : throw json.Wrong("the top level", $"has no '{(images ? "annotations" : "images")}'");
    }

    private static void ReadList(JsonTokens json, string name, Action<JsonTokens> read, CancellationToken token)
    {
        json.Begin(JsonTokenType.StartArray, name);
        for (var i = 0; json.NextItem(); i++)
        {
            token.ThrowIfCancellationRequested();
            json.Place = new JsonPlace(name, i);
            json.Expect(JsonTokenType.StartObject);
            read(json);
        }

        json.Place = null;
    }

    private void ReadImage(JsonTokens json)
    {
        var (id, file) = ReadPair(json, "id"u8, "file_name"u8);
        if (!_files.TryAdd(id, file))
        {
            throw json.Wrong("id", $"'{id}' comes a second time");
        }
    }

    private void ReadAnnotation(JsonTokens json)
    {
        var (id, caption) = ReadPair(json, "image_id"u8, "caption"u8);
        _captions.Add((Shared(id), caption));
    }

    /// <summary>The two members that count of an object, and no others.</summary>
    private static (string Id, string Text) ReadPair(JsonTokens json, ReadOnlySpan<byte> idName, ReadOnlySpan<byte> textName)
    {
        string? id = null, text = null;
        while (json.NextMember())
        {
            if (json.IsNamed(idName))
            {
                json.Read();
                id = json.Id(Name(idName));
            }
            else if (json.IsNamed(textName))
            {
                text = json.ReadText(Name(textName));
            }
            else
            {
                json.Skip();
            }
        }

        return (id ?? throw json.Wrong(null, $"has no '{Name(idName)}'"), text ?? throw json.Wrong(null, $"has no '{Name(textName)}'"));
    }

    /// <summary>One copy of an id that five captions share.</summary>
    private string Shared(string id)
    {
        _ids.TryAdd(id, id);
        return _ids[id];
    }

    private static string Name(ReadOnlySpan<byte> name) => Encoding.ASCII.GetString(name);
}
