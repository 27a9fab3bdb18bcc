using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Training.Data;

namespace ClipGpt2.Captioning.Training.Configuration;

/// <summary>The pictures of a data set by their ids, for metrics that look at them; gathered when the first one is asked for.</summary>
/// <param name="dataset">The data set.</param>
/// <param name="name">Its name, for messages.</param>
/// <param name="remedy">What to do where a picture isn't there.</param>
internal sealed class PicturesById(ICaptionDataset dataset, string name, string remedy)
{
    private readonly Lazy<Dictionary<string, ImageSource>> _pictures = new(() => Gather(dataset));

    /// <exception cref="CaptioningException">The data set has no picture of that id.</exception>
    public ImageSource Of(CaptionedImage image) => _pictures.Value.TryGetValue(image.Id, out var picture)
        ? picture
        : throw new CaptioningException($"A metric looks at the picture of '{image.Id}', and the {name} set has none: {remedy}.");

    private static Dictionary<string, ImageSource> Gather(ICaptionDataset dataset)
    {
        var pictures = new Dictionary<string, ImageSource>(StringComparer.Ordinal);
        for (var i = 0; i < dataset.Count; i++)
        {
            if (dataset[i] is { Image: { } picture } example)
            {
                pictures[example.ImageId] = picture;
            }
        }

        return pictures;
    }
}
