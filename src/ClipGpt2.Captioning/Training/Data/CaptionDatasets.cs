using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>Opens captions of any form that the library reads.</summary>
/// <remarks>
/// A folder is <see cref="CaptionFileForm.Folder"/>; files are told by their endings: <c>.jsonl</c> and <c>.ndjson</c>, <c>.csv</c> and <c>.tsv</c>,
/// <c>.tar</c> (and any path with braces), <c>.pkl</c> (ClipCap's); <c>.json</c> by its first members. <see cref="CaptionDatasetOptions.Form"/> overrules this.
/// </remarks>
public static class CaptionDatasets
{
    /// <summary>The form of a file.</summary>
    /// <param name="path">The file, folder or pattern of shards.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <exception cref="CaptioningException">The file isn't there or has none of the forms.</exception>
    public static CaptionFileForm FormOf(string path, CaptionDatasetOptions? options = null) => options?.Form ?? (Directory.Exists(path) ? CaptionFileForm.Folder : Ending(path) switch
    {
        ".jsonl" or ".ndjson" => CaptionFileForm.JsonLines,
        ".csv" or ".tsv" => CaptionFileForm.Csv,
        ".tar" => CaptionFileForm.TarShards,
        ".pkl" => CaptionFileForm.ClipCap,
        ".json" => JsonForm.Of(path),
        _ when BracePattern.IsPattern(path) => CaptionFileForm.TarShards,
        _ => throw new CaptioningException(
            $"'{path}' is no folder, and its ending names no form of captions: use .json, .jsonl, .csv, .tsv, .tar or .pkl, or set {nameof(CaptionDatasetOptions.Form)}."),
    });

    /// <summary>Opens captions that are read by index.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="token">Ends the reading.</param>
    /// <exception cref="CaptioningException">It can't be read, or is a stream of shards (see <see cref="OpenStream"/>).</exception>
    public static CaptionFileDataset Open(string path, CaptionDatasetOptions? options = null, CancellationToken token = default) => FormOf(path, options) switch
    {
        CaptionFileForm.Processed => ProcessedCaptionDataset.Read(path, options, token),
        CaptionFileForm.Coco => CocoCaptionDataset.Read(path, options, token),
        CaptionFileForm.Karpathy => KarpathyCaptionDataset.Read(path, options, token),
        CaptionFileForm.JsonLines => JsonLinesCaptionDataset.Read(path, options, token),
        CaptionFileForm.Csv => CsvCaptionDataset.Read(path, options, token),
        CaptionFileForm.Folder => FolderCaptionDataset.Read(path, options, token),
        CaptionFileForm.ClipCap => ClipCapDataset.Read(path, options, token),
        _ => throw new CaptioningException($"'{path}' holds tar shards, which are read as a stream and not by index: give another form where a counted data set is needed."),
    };

    /// <summary>Opens captions that are read one after the other: tar shards.</summary>
    /// <param name="pattern">A tar file, or several with braces.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <exception cref="CaptioningException">A shard isn't there, or the form is another.</exception>
    public static ICaptionStream OpenStream(string pattern, CaptionDatasetOptions? options = null) => FormOf(pattern, options) is CaptionFileForm.TarShards
        ? WebDatasetCaptionStream.Open(pattern, options)
        : throw new CaptioningException($"'{pattern}' holds captions that are read by index, not tar shards.");

    private static string Ending(string path) => Path.GetExtension(path).ToLowerInvariant();
}
