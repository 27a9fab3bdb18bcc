namespace ClipGpt2.Captioning.Training.Data;

/// <summary>A form in which captions are stored, which <see cref="CaptionForms"/> knows by name.</summary>
public sealed class CaptionForm
{
    /// <summary>A form that is read by index.</summary>
    /// <param name="name">What configurations call it.</param>
    /// <param name="recognizes">Whether a path is, by its name or what it holds, of this form; asked only where no form is named.</param>
    /// <param name="open">Opens the captions of a path.</param>
    public CaptionForm(string name, Func<string, bool> recognizes, Func<string, CaptionDatasetOptions, CancellationToken, ICaptionDataset> open)
        : this(name, recognizes)
    {
        ArgumentNullException.ThrowIfNull(open);
        Open = open;
    }

    /// <summary>A form that is read one caption after the other.</summary>
    /// <param name="name">What configurations call it.</param>
    /// <param name="recognizes">Whether a path is, by its name or what it holds, of this form; asked only where no form is named.</param>
    /// <param name="openStream">Opens the captions of a path.</param>
    public CaptionForm(string name, Func<string, bool> recognizes, Func<string, CaptionDatasetOptions, ICaptionStream> openStream)
        : this(name, recognizes)
    {
        ArgumentNullException.ThrowIfNull(openStream);
        OpenStream = openStream;
    }

    private CaptionForm(string name, Func<string, bool> recognizes)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(recognizes);
        (Name, Recognizes) = (name, recognizes);
    }

    /// <summary>What configurations call it.</summary>
    public string Name { get; }

    /// <summary>Whether captions come one after the other, uncounted.</summary>
    public bool IsStream => OpenStream is not null;

    internal Func<string, bool> Recognizes { get; }

    /// <summary>Opens captions that are read by index; null for a stream.</summary>
    internal Func<string, CaptionDatasetOptions, CancellationToken, ICaptionDataset>? Open { get; }

    /// <summary>Opens captions that are read one after the other; null for the others.</summary>
    internal Func<string, CaptionDatasetOptions, ICaptionStream>? OpenStream { get; }

    /// <summary>The name.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name;
}
