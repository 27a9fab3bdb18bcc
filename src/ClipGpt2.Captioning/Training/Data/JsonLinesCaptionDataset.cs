using System.Text.Json;
using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>JSON Lines: one object a line, <c>{"image": path, "caption": text}</c> or <c>{"image": path, "captions": [text, ...]}</c>.</summary>
/// <remarks>
/// Picture and caption may have other names (<c>file_name</c> and <c>text</c>, as in the hub's <c>metadata.jsonl</c>; <c>docs/data.md</c> lists them). Further members
/// and blank lines are left aside. See <see cref="CaptionFileDataset"/>.
/// </remarks>
public sealed class JsonLinesCaptionDataset : CaptionFileDataset
{
    private JsonLinesCaptionDataset(CaptionTable table)
        : base(table)
    {
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="CaptioningException">The file can't be read or has another form; the message names the line.</exception>
    public static JsonLinesCaptionDataset Read(string path, CaptionDatasetOptions? options = null, CancellationToken token = default)
    {
        options ??= new();
        var table = new CaptionTable(path, options, options.ImageFolder);
        using var lines = new Utf8Lines(DataFile.Open(path, "one picture with its captions a line"), path);
        while (lines.Next())
        {
            token.ThrowIfCancellationRequested();
            if (!lines.Line.Span.Trim(" \t"u8).IsEmpty)
            {
                using var json = JsonTokens.Of(lines.Line, path, lines.Number);
                json.Read();
                var record = CaptionRecord.Read(json);
                json.Finish();
                record.AddTo(table, lines.Number, json);
            }
        }

        return new JsonLinesCaptionDataset(table);
    }

    private protected override string Location(CaptionEntry entry) => $"{Path}:{entry.Place}";
}
