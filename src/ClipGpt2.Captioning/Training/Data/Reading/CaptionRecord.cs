using System.Text.Json;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>A JSON object that names a picture and has its caption, or a list of captions.</summary>
/// <param name="Image">The member <c>image</c>.</param>
/// <param name="Caption">The member <c>caption</c>.</param>
/// <param name="Captions">The member <c>captions</c>.</param>
internal readonly record struct CaptionRecord(string? Image, string? Caption, IReadOnlyList<string>? Captions)
{
    /// <summary>Reads the object that begins at the current token.</summary>
    /// <exception cref="CaptioningException">It is no object, or a member has another type.</exception>
    public static CaptionRecord Read(JsonTokens json)
    {
        json.Expect(JsonTokenType.StartObject);
        var record = default(CaptionRecord);
        while (json.NextMember())
        {
            if (json.IsNamed("image"u8))
            {
                record = record with { Image = json.ReadText("image") };
            }
            else if (json.IsNamed("caption"u8))
            {
                record = record with { Caption = json.ReadText("caption") };
            }
            else if (json.IsNamed("captions"u8))
            {
                record = record with { Captions = ReadList(json) };
            }
            else
            {
                json.Skip();
            }
        }

        return record;
    }

    /// <summary>Takes picture and captions into a table.</summary>
    /// <exception cref="CaptioningException">The picture or the captions are missing or empty, or captions are given in both ways.</exception>
    public void AddTo(CaptionTable table, int place, JsonTokens json)
    {
        var image = table.Image(Image ?? throw json.Wrong(null, "has no 'image'"), what => json.Wrong("image", what));
        if (Captions is null)
        {
            table.Add(new CaptionEntry(Caption ?? throw json.Wrong(null, "has no 'caption'"), image, place, 0), what => json.Wrong("caption", what));
            return;
        }

        if (Caption is not null || Captions.Count == 0)
        {
            throw json.Wrong(null, Caption is null ? "has an empty list of 'captions'" : "has both 'caption' and 'captions'");
        }

        for (var i = 0; i < Captions.Count; i++)
        {
            table.Add(new CaptionEntry(Captions[i], image, place, i), what => json.Wrong($"captions[{i}]", what));
        }
    }

    private static List<string> ReadList(JsonTokens json)
    {
        json.Begin(JsonTokenType.StartArray, "captions");
        var captions = new List<string>();
        while (json.NextItem())
        {
            captions.Add(json.Text($"captions[{captions.Count}]"));
        }

        return captions;
    }
}
