using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Captions that were read from a file, with their pictures' paths; the pictures themselves stay where they are.</summary>
/// <remarks>
/// Immutable; safe for any number of threads. In the order of the file. The picture's path as it is opened is the examples'
/// <see cref="CaptionExample.ImageId"/>, whatever the form of file, so that files of two forms agree on it.
/// </remarks>
public abstract class CaptionFileDataset : ICaptionDataset
{
    private readonly IReadOnlyList<CaptionEntry> _entries;
    private readonly Func<string, ImageSource> _picture;

    private protected CaptionFileDataset(CaptionTable table)
    {
        (Path, _entries, Images, _picture, SkippedCaptions) = (table.Path, table.Entries, table.Images, table.Picture, table.Skipped);
        if (_entries.Count == 0)
        {
            throw new CaptioningException($"'{Path}': holds no caption{(SkippedCaptions > 0 ? $" but {SkippedCaptions} empty ones" : "")}.");
        }
    }

    /// <summary>The pictures' names, each once.</summary>
    private protected IReadOnlyList<string> Images { get; }

    /// <summary>The file, or the folder.</summary>
    public string Path { get; }

    /// <summary>How many empty captions were left out (<see cref="EmptyCaptionPolicy.Skip"/>).</summary>
    public int SkippedCaptions { get; }

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public CaptionExample this[int index] => Example(_entries[index]);

    /// <summary>An example with its picture.</summary>
    private protected virtual CaptionExample Example(CaptionEntry entry)
    {
        var image = Images[entry.Image];
        return new CaptionExample { ImageId = image, Caption = entry.Caption, Image = _picture(image), Location = Location(entry) };
    }

    /// <summary>Where an example stands.</summary>
    private protected abstract string Location(CaptionEntry entry);
}
