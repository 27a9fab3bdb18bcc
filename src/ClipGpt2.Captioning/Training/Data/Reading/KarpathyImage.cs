using System.Text.Json;

namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>An image of Karpathy's file.</summary>
internal sealed class KarpathyImage
{
    private readonly List<string> _sentences = [];
    private string? _folder;
    private string? _file;

    private KarpathyImage()
    {
    }

    public string Split { get; private set; } = "";

    /// <summary>Reads the object that begins at the current token.</summary>
    /// <exception cref="CaptioningException">It has another form.</exception>
    public static KarpathyImage Read(JsonTokens json)
    {
        json.Expect(JsonTokenType.StartObject);
        var image = new KarpathyImage();
        while (json.NextMember())
        {
            image.ReadMember(json);
        }

        return image.Split.Length > 0 ? image : throw json.Wrong(null, "has no 'split'");
    }

    /// <summary>Takes picture and captions into a table.</summary>
    /// <exception cref="CaptioningException">There is no file name or no sentence, or a sentence is empty.</exception>
    public void AddTo(CaptionTable table, int place, JsonTokens json)
    {
        var file = _file ?? throw json.Wrong(null, "has no 'filename'");
        var image = table.Image(string.IsNullOrEmpty(_folder) ? file : ImagePath.Join(_folder, file), what => json.Wrong("filename", what));
        if (_sentences.Count == 0)
        {
            throw json.Wrong(null, "has no 'sentences'");
        }

        for (var i = 0; i < _sentences.Count; i++)
        {
            table.Add(new CaptionEntry(_sentences[i], image, place, i), what => json.Wrong($"sentences[{i}].raw", what));
        }
    }

    private void ReadMember(JsonTokens json)
    {
        if (json.IsNamed("split"u8))
        {
            Split = json.ReadText("split");
        }
        else if (json.IsNamed("filepath"u8))
        {
            _folder = json.ReadText("filepath");
        }
        else if (json.IsNamed("filename"u8))
        {
            _file = json.ReadText("filename");
        }
        else if (json.IsNamed("sentences"u8))
        {
            ReadSentences(json);
        }
        else
        {
            json.Skip();
        }
    }

    private void ReadSentences(JsonTokens json)
    {
        json.Begin(JsonTokenType.StartArray, "sentences");
        var image = json.Place!.Value;
        while (json.NextItem())
        {
            json.Place = image with { InnerList = "sentences", InnerIndex = _sentences.Count };
            json.Expect(JsonTokenType.StartObject);
            string? raw = null;
            while (json.NextMember())
            {
                if (json.IsNamed("raw"u8))
                {
                    raw = json.ReadText("raw");
                }
                else
                {
                    json.Skip();
                }
            }

            _sentences.Add(raw ?? throw json.Wrong(null, "has no 'raw'"));
        }

        json.Place = image;
    }
}
