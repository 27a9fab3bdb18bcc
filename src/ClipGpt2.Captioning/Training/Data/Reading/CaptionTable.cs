namespace ClipGpt2.Captioning.Training.Data.Reading;

/// <summary>Gathers the captions of a file: each picture's name once, empty captions treated as the options say.</summary>
internal sealed class CaptionTable
{
    private readonly CaptionDatasetOptions _options;
    private readonly string? _imageFolder;
    private readonly List<CaptionEntry> _entries = [];
    private readonly List<string> _images = [];
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

    /// <param name="path">The file.</param>
    /// <param name="options">How to read it.</param>
    /// <param name="imageFolder">The folder that pictures' names are relative to; null for none.</param>
    /// <exception cref="CaptioningException">The options are wrong.</exception>
    public CaptionTable(string path, CaptionDatasetOptions options, string? imageFolder)
    {
        options.Validate();
        (Path, _options, _imageFolder) = (path, options, imageFolder);
    }

    public string Path { get; }

    public IReadOnlyList<CaptionEntry> Entries => _entries;

    public IReadOnlyList<string> Images => _images;

    public int Skipped { get; private set; }

    public Func<string, ImageSource> Picture => _options.Picture ?? ImageSource.FromFile;

    /// <summary>The index of a picture, which is taken in if it is new.</summary>
    /// <param name="name">As the file has it.</param>
    /// <param name="wrong">Makes the error, where the name is none.</param>
    /// <exception cref="CaptioningException">The name is empty, or an address that nobody can turn into a picture.</exception>
    public int Image(string name, Func<string, CaptioningException> wrong)
    {
        var image = _options.Picture is null ? File(name, wrong) : name;
        if (!_indices.TryGetValue(image, out var index))
        {
            _indices[image] = index = _images.Count;
            _images.Add(image);
        }

        return index;
    }

    /// <summary>Takes in a caption.</summary>
    /// <exception cref="CaptioningException">The caption is empty, and the options don't allow that.</exception>
    public void Add(CaptionEntry entry, Func<string, CaptioningException> wrong)
    {
        if (EmptyCaption.IsSkipped(entry.Caption, _options.EmptyCaptions, wrong))
        {
            Skipped++;
        }
        else
        {
            _entries.Add(entry);
        }
    }

    private string File(string name, Func<string, CaptioningException> wrong)
    {
        if (name.Length == 0)
        {
            throw wrong("is empty; give the picture's file");
        }

        if (name.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || name.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            throw wrong($"is an address ('{name}'), and nothing is downloaded; give files, or set {nameof(_options.Picture)} to what finds the picture");
        }

        return _imageFolder is { } folder ? ImagePath.Join(folder, name) : name;
    }
}
