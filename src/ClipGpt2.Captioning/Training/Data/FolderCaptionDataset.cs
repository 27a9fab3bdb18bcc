using ClipGpt2.Captioning.Pipeline;
using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>A folder of pictures, each with a text file of the same name beside it: <c>dog.jpg</c> and <c>dog.txt</c>, one caption a line.</summary>
/// <remarks>
/// Folders within it count too; the order is that of the paths, byte by byte. Each picture must have a text file, and each text file a picture. Empty lines
/// at the end of a text are left aside. See <see cref="CaptionFileDataset"/>.
/// </remarks>
public sealed class FolderCaptionDataset : CaptionFileDataset
{
    private FolderCaptionDataset(CaptionTable table)
        : base(table)
    {
    }

    /// <summary>Reads a folder.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="CaptioningException">A file can't be read, or lacks its counterpart; the message names it.</exception>
    public static FolderCaptionDataset Read(string path, CaptionDatasetOptions? options = null, CancellationToken token = default)
    {
        var table = new CaptionTable(path, options ?? new(), imageFolder: null);
        var images = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var image in ImageFiles.In(path, recursive: true))
        {
            token.ThrowIfCancellationRequested();
            var text = System.IO.Path.ChangeExtension(image, ".txt");
            if (!images.TryAdd(text, image))
            {
                throw new CaptioningException($"'{images[text]}' and '{image}' would share the captions of '{text}'; rename one of them.");
            }

            Add(table, image, text);
        }

        var texts = Directory.EnumerateFiles(path, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal);
        return texts.FirstOrDefault(text => !images.ContainsKey(text)) is { } alone
            ? throw new CaptioningException($"'{alone}': no picture of that name lies beside it; remove the text or add the picture.")
            : new FolderCaptionDataset(table);
    }

    private protected override string Location(CaptionEntry entry) => $"{Images[entry.Image]}:{entry.Place}";

    private static void Add(CaptionTable table, string image, string text)
    {
        if (!File.Exists(text))
        {
            throw new CaptioningException($"'{image}': no text of that name lies beside it; add '{text}' with one caption a line.");
        }

        var index = table.Image(image, what => new CaptioningException($"'{image}': {what}."));
        foreach (var (number, caption) in CaptionText.Lines(DataFile.ReadAll(text, "captions, one a line"), $"'{text}'"))
        {
            table.Add(new CaptionEntry(caption, index, number, 0), what => new CaptioningException($"'{text}', line {number}: {what}."));
        }
    }
}
