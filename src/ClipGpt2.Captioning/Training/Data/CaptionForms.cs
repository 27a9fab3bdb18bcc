using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Training.Data.Reading;

namespace ClipGpt2.Captioning.Training.Data;

/// <summary>The forms of captions by the names that configurations have for them; a host adds its own.</summary>
/// <remarks>
/// The library's own: <c>processed</c> (the reference program's list of <c>{image, caption}</c>), <c>coco</c>, <c>karpathy</c>, <c>json_lines</c>, <c>csv</c>,
/// <c>folder</c> (pictures with text files beside them), <c>tar_shards</c> (WebDataset) and <c>clipcap</c> (ClipCap's pickle of captions and embeddings). A form
/// that was added later is asked earlier whether a path is its own. Fill it before it is used; reading is safe from any number of threads.
/// </remarks>
public sealed class CaptionForms
{
    internal const string Processed = "processed";
    internal const string Coco = "coco";
    internal const string Karpathy = "karpathy";

    private static readonly string[] Endings = [".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".tar", ".pkl"];

    private readonly NameTable<CaptionForm> _forms = new("form of captions");

    /// <summary>Creates a registry that holds the library's own forms.</summary>
    public CaptionForms() => Add(new(Processed, path => IsJson(path, Processed), ProcessedCaptionDataset.Read))
        .Add(new(Coco, path => IsJson(path, Coco), CocoCaptionDataset.Read))
        .Add(new(Karpathy, path => IsJson(path, Karpathy), KarpathyCaptionDataset.Read))
        .Add(new("json_lines", path => Ends(path, ".jsonl", ".ndjson"), JsonLinesCaptionDataset.Read))
        .Add(new("csv", path => Ends(path, ".csv", ".tsv"), CsvCaptionDataset.Read))
        .Add(new("folder", Directory.Exists, FolderCaptionDataset.Read))
        .Add(new("tar_shards", IsShards, WebDatasetCaptionStream.Open))
        .Add(new("clipcap", path => Ends(path, ".pkl"), ClipCapDataset.Read));

    /// <summary>The forms in the order in which they were added.</summary>
    public IReadOnlyList<CaptionForm> Forms => _forms.Entries;

    /// <summary>Finds a form.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The form.</returns>
    /// <exception cref="CaptioningException">No form has the name; the message lists the known ones.</exception>
    public CaptionForm this[string name] => _forms[name];

    /// <summary>Adds a form, or replaces one.</summary>
    /// <param name="form">The form.</param>
    /// <returns>This registry.</returns>
    public CaptionForms Add(CaptionForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        _forms.Add(form.Name, form);
        return this;
    }

    /// <summary>The form of a path.</summary>
    /// <exception cref="CaptioningException">It has none of the forms, or can't be read.</exception>
    internal CaptionForm Of(string path) => Forms.Reverse().FirstOrDefault(form => form.Recognizes(path)) ?? throw new CaptioningException(
        $"'{path}' is no folder, and its ending names no form of captions: use .json, .jsonl, .csv, .tsv, .tar or .pkl, or name its form: {string.Join(", ", _forms.Names)}.");

    private static bool IsJson(string path, string form) => Ends(path, ".json") && JsonForm.Of(path) == form;

    /// <summary>A path with braces stands for several files, which shards are unless their ending is another form's.</summary>
    private static bool IsShards(string path) => Ends(path, ".tar") || (!Ends(path, Endings) && !Directory.Exists(path) && BracePattern.IsPattern(path));

    private static bool Ends(string path, params ReadOnlySpan<string> endings) => !Directory.Exists(path) && endings.Contains(Path.GetExtension(path).ToLowerInvariant());
}
