using System.Text.Json;
using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Karpathy's captions (<c>dataset_coco.json</c>, <c>dataset_flickr30k.json</c>): images with their split and sentences.</summary>
/// <remarks>
/// One example a sentence (its <c>raw</c> text), of the images in <see cref="CaptionDatasetOptions.Splits"/>; the picture is <c>filepath/filename</c> under
/// <see cref="CaptionDatasetOptions.ImageFolder"/>. See <see cref="CaptionFileDataset"/>.
/// </remarks>
public sealed class KarpathyCaptionDataset : CaptionFileDataset
{
    private KarpathyCaptionDataset(CaptionTable table)
        : base(table)
    {
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="CaptioningException">The file can't be read, has another form, or doesn't have one of the splits; the message names the place.</exception>
    public static KarpathyCaptionDataset Read(string path, CaptionDatasetOptions? options = null, CancellationToken token = default)
    {
        options ??= new();
        var table = new CaptionTable(path, options, options.ImageFolder);
        using var json = JsonTokens.Open(path, "Karpathy's captions");
        var splits = new HashSet<string>(StringComparer.Ordinal);
        json.Begin(JsonTokenType.StartObject, "the top level");
        while (json.NextMember())
        {
            if (json.IsNamed("images"u8))
            {
                ReadImages(json, table, options.Splits, splits, token);
            }
            else
            {
                json.Skip();
            }
        }

        json.Finish();
        if (splits.Count == 0 || !splits.Overlaps(options.Splits))
        {
            throw json.Wrong("images", $"has no image of split {Quoted(options.Splits)}, but of {(splits.Count == 0 ? "none at all" : Quoted(splits.Order(StringComparer.Ordinal)))}");
        }

        return new KarpathyCaptionDataset(table);
    }

    private protected override string Location(CaptionEntry entry) => $"{Path}: {new JsonPlace("images", entry.Place, "sentences", entry.InnerPlace)}";

    private static void ReadImages(JsonTokens json, CaptionTable table, IList<string> chosen, HashSet<string> splits, CancellationToken token)
    {
        json.Begin(JsonTokenType.StartArray, "images");
        for (var i = 0; json.NextItem(); i++)
        {
            token.ThrowIfCancellationRequested();
            json.Place = new JsonPlace("images", i);
            var image = KarpathyImage.Read(json);
            splits.Add(image.Split);
            if (chosen.Contains(image.Split))
            {
                image.AddTo(table, i, json);
            }
        }

        json.Place = null;
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}
