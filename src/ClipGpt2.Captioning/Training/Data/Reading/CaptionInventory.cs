namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>What one pass over a data set meets: its pictures, each once, and examples that can't be used.</summary>
/// <remarks>One thread at a time moves the pass on.</remarks>
internal sealed class CaptionInventory
{
    private readonly Dictionary<string, InventoryImage> _images = new(StringComparer.Ordinal);
    private readonly List<CaptionDatasetProblem> _problems = [];
    private long _examples;

    /// <summary>The pictures of a data set as they are met first.</summary>
    public IEnumerable<InventoryImage> Of(ICaptionDataset dataset)
    {
        for (var i = 0; i < dataset.Count; i++, _examples++)
        {
            if (Read(dataset, i) is { } example && Meet(example) is { } image)
            {
                yield return image;
            }
        }
    }

    /// <summary>The pictures of a stream as they are met first.</summary>
    public IEnumerable<InventoryImage> Of(IEnumerable<CaptionExample> stream)
    {
        foreach (var example in stream)
        {
            if (Meet(example) is { } image)
            {
                yield return image;
            }

            _examples++;
        }
    }

    /// <summary>All that was found, once the pass is over and the pictures are looked at.</summary>
    public CaptionDatasetReport Report() => new()
    {
        Examples = _examples,
        Images = _images.Count,
        Problems = [.. _images.Values.Select(image => image.Problem).OfType<CaptionDatasetProblem>().Concat(_problems).OrderBy(p => p.Index).ThenBy(p => p.Kind)],
    };

    private CaptionExample? Read(ICaptionDataset dataset, int index)
    {
        try
        {
            return dataset[index];
        }
        catch (CaptioningException e)
        {
            Add(CaptionDatasetProblemKind.UnreadableExample, "", null, e.Message);
            return null;
        }
    }

    private InventoryImage? Meet(CaptionExample example)
    {
        if (string.IsNullOrWhiteSpace(example.Caption))
        {
            Add(CaptionDatasetProblemKind.EmptyCaption, example.ImageId, example.Location, "the caption is empty");
        }

        if (_images.TryGetValue(example.ImageId, out var known))
        {
            known.Examples++;
            return null;
        }

        return _images[example.ImageId] = new InventoryImage(example, _examples);
    }

    private void Add(CaptionDatasetProblemKind kind, string imageId, string? location, string message) =>
        _problems.Add(new CaptionDatasetProblem { Kind = kind, Index = _examples, ImageId = imageId, Location = location, Message = message, Examples = 1 });
}
