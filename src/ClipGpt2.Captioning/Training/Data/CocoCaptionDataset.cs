using System.Text.Json;
using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>COCO's caption annotations: <c>{"images": [{"id", "file_name"}], "annotations": [{"image_id", "caption"}]}</c>.</summary>
/// <remarks>
/// One example an annotation, in the file's order, as the reference program's <c>src/utils/coco_captions.py</c> takes them; the pictures lie in
/// <see cref="CaptionDatasetOptions.ImageFolder"/>. Pictures without annotation are left aside. See <see cref="CaptionFileDataset"/>.
/// </remarks>
public sealed class CocoCaptionDataset : CaptionFileDataset
{
    private CocoCaptionDataset(CaptionTable table)
        : base(table)
    {
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The annotations.</param>
    /// <param name="options">How to read them; null for the defaults.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="CaptioningException">
    /// The file can't be read or has another form, or an annotation's picture isn't among the images; the message names the place.
    /// </exception>
    public static CocoCaptionDataset Read(string path, CaptionDatasetOptions? options = null, CancellationToken token = default)
    {
        options ??= new();
        var table = new CaptionTable(path, options, options.ImageFolder);
        using var json = JsonTokens.Open(path, "COCO's caption annotations");
        var file = CocoAnnotations.Read(json, token);
        for (var i = 0; i < file.Captions.Count; i++)
        {
            json.Place = new JsonPlace("annotations", i);
            var (id, caption) = file.Captions[i];
            var name = file.FileName(id) ?? throw json.Wrong("image_id", $"'{id}' is not among the images");
            var image = table.Image(name, what => json.Wrong("image_id", $"'{id}': its file_name {what}"));
            table.Add(new CaptionEntry(caption, image, i, 0), what => json.Wrong("caption", what));
        }

        return new CocoCaptionDataset(table);
    }

    private protected override string Location(CaptionEntry entry) => $"{Path}: annotations[{entry.Place}]";
}
