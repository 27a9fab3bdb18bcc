namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Opens captions of any form that <see cref="CaptionDatasetOptions.Forms"/> knows.</summary>
/// <remarks>
/// Of the library's own forms a folder is <c>folder</c>; files are told by their endings: <c>.jsonl</c> and <c>.ndjson</c>, <c>.csv</c> and <c>.tsv</c>,
/// <c>.tar</c> (and any path with braces), <c>.pkl</c> (ClipCap's); <c>.json</c> by its first members. <see cref="CaptionDatasetOptions.Form"/> overrules this.
/// </remarks>
public static class CaptionDatasets
{
    /// <summary>The form of a file.</summary>
    /// <param name="path">The file, folder or pattern of shards.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <exception cref="CaptioningException">The file isn't there or has none of the forms, or the form that the options name isn't known.</exception>
    public static CaptionForm FormOf(string path, CaptionDatasetOptions? options = null)
    {
        options ??= new();
        return options.Form is { } name ? options.Forms[name] : options.Forms.Of(path);
    }

    /// <summary>Opens captions that are read by index.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="CaptioningException">It can't be read, or is a stream such as shards (see <see cref="OpenStream"/>).</exception>
    public static ICaptionDataset Open(string path, CaptionDatasetOptions? options = null, CancellationToken token = default)
    {
        options ??= new();
        var form = FormOf(path, options);
        return form.Open is { } open
            ? open(path, options, token)
            : throw new CaptioningException($"'{path}' is of the form {form}, which is read as a stream and not by index: give another form where a counted data set is needed.");
    }

    /// <summary>Opens captions that are read one after the other: tar shards.</summary>
    /// <param name="pattern">A tar file, or several with braces; or what another form of streams takes.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <exception cref="CaptioningException">A shard isn't there, or the form is no stream.</exception>
    public static ICaptionStream OpenStream(string pattern, CaptionDatasetOptions? options = null)
    {
        options ??= new();
        var form = FormOf(pattern, options);
        return form.OpenStream is { } open
            ? open(pattern, options)
            : throw new CaptioningException($"'{pattern}' is of the form {form}, whose captions are read by index, not as a stream.");
    }
}
