using System.Text;
using System.Text.Json;
using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>The reference program's processed captions: a JSON list of <c>{"image": path, "caption": text}</c>.</summary>
/// <remarks>Further members are left aside. See <see cref="CaptionFileDataset"/>.</remarks>
public sealed class ProcessedCaptionDataset : CaptionFileDataset
{
    private ProcessedCaptionDataset(CaptionTable table)
        : base(table)
    {
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="CaptioningException">The file can't be read or has another form; the message names the place.</exception>
    public static ProcessedCaptionDataset Read(string path, CaptionDatasetOptions? options = null, CancellationToken token = default)
    {
        options ??= new();
        var table = new CaptionTable(path, options, options.ImageFolder);
        using var json = JsonTokens.Open(path, "a list of pictures and captions");
        json.Begin(JsonTokenType.StartArray, "the top level");
        for (var i = 0; json.NextItem(); i++)
        {
            token.ThrowIfCancellationRequested();
            json.Place = new JsonPlace("", i);
            CaptionRecord.Read(json).AddTo(table, i, json);
        }

        json.Finish();
        return new ProcessedCaptionDataset(table);
    }

    /// <summary>Writes any data set in this form, byte for byte as Python's <c>json.dump(..., indent=2)</c> does, whole or not at all.</summary>
    /// <param name="dataset">The examples; their <see cref="CaptionExample.ImageId"/> is written as the picture's path.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="token">Ends the writing; what was there before stays.</param>
    /// <exception cref="CaptioningException">The file can't be written.</exception>
    public static void Write(ICaptionDataset dataset, string path, CancellationToken token = default) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, Encoding.ASCII, bufferSize: 1 << 16, leaveOpen: true);
        writer.Write('[');
        for (var i = 0; i < dataset.Count; i++)
        {
            token.ThrowIfCancellationRequested();
            var example = dataset[i];
            writer.Write(i == 0 ? "\n" : ",\n");
            writer.Write($"  {{\n    \"image\": {PythonJson.Text(example.ImageId)},\n    \"caption\": {PythonJson.Text(example.Caption)}\n  }}");
        }

        writer.Write(dataset.Count == 0 ? "]" : "\n]");
    });

    private protected override string Location(CaptionEntry entry) => $"{Path}: [{entry.Place}]";
}
