using System.Text;
using System.Text.Json;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>A JSON object that names a picture and has its caption, or a list of captions.</summary>
/// <param name="Image">The member <c>image</c>, or another of its names.</param>
/// <param name="Caption">The member <c>caption</c>, or another of its names where there are no <c>captions</c> either.</param>
/// <param name="Captions">The member <c>captions</c>.</param>
internal readonly record struct CaptionRecord(string? Image, string? Caption, IReadOnlyList<string>? Captions)
{
    private static readonly byte[][] ImageNames = [.. ColumnNames.Images.Skip(1).Select(Encoding.UTF8.GetBytes)];
    private static readonly byte[][] CaptionNames = [.. ColumnNames.Captions.Skip(1).Select(Encoding.UTF8.GetBytes)];

    /// <summary>Reads the object that begins at the current token.</summary>
    /// <exception cref="CaptioningException">It is no object, or a member has another type.</exception>
    public static CaptionRecord Read(JsonTokens json)
    {
        json.Expect(JsonTokenType.StartObject);
        var record = default(CaptionRecord);
        var (image, caption) = (new OtherNames(ImageNames), new OtherNames(CaptionNames));
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
            else if (!image.TryRead(json) && !caption.TryRead(json))
            {
                json.Skip();
            }
        }

        return record with { Image = record.Image ?? image.Text, Caption = record.Caption ?? (record.Captions is null ? caption.Text : null) };
    }

    /// <summary>Takes picture and captions into a table.</summary>
    /// <exception cref="CaptioningException">The picture or the captions are missing or empty, or captions are given in both ways.</exception>
    public void AddTo(CaptionTable table, int place, JsonTokens json)
    {
        var image = table.Image(Image ?? throw json.Wrong(null, $"has no 'image' (also called {ColumnNames.Quoted(ColumnNames.Images.Skip(1))})"), what => json.Wrong("image", what));
        if (Captions is null)
        {
            table.Add(new CaptionEntry(Caption ?? throw json.Wrong(null, $"has no 'caption' (also called {ColumnNames.Quoted(ColumnNames.Captions.Skip(1))})"), image, place, 0), what => json.Wrong("caption", what));
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

    /// <summary>What stands under the other names of a member; of several the first in their order counts, and only texts do.</summary>
    private sealed class OtherNames(byte[][] names)
    {
        private int _best = int.MaxValue;

        public string? Text { get; private set; }

        /// <summary>Reads the member whose name was just read, if it is one of these.</summary>
        public bool TryRead(JsonTokens json)
        {
            var place = Array.FindIndex(names, name => json.IsNamed(name));
            if (place < 0)
            {
                return false;
            }

            json.Read();
            if (json.Type == JsonTokenType.String && place < _best)
            {
                (_best, Text) = (place, json.Text(Encoding.UTF8.GetString(names[place])));
            }
            else
            {
                json.Skip();
            }

            return true;
        }
    }
}
