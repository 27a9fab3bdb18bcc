using ClipGpt2.Captioning.Parts.Checkpoints;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Parts;

/// <summary>Finds the captioner that a name stands for: a checkpoint's file, else a captioner's folder, else a model's id in the cache on disk.</summary>
/// <param name="kinds">The known kinds, to say what else a folder holds.</param>
/// <param name="bases">Where a checkpoint's base models are, if not where it says.</param>
/// <param name="search">Where ids are looked up.</param>
internal sealed class CaptionerFinder(CaptionerParts kinds, BaseModels bases, ModelSearchOptions search)
{
    private static readonly string[] PathEndings = [".pkl", ".pt", ".safetensors"];

    /// <summary>Finds a captioner; nothing is loaded.</summary>
    /// <param name="name">The file, folder or id.</param>
    /// <returns>What it says of itself; dispose it once its parts are loaded.</returns>
    /// <exception cref="ModelNotFoundException">There is no such thing, or what is there is no captioner; the message says what it is and what would help.</exception>
    /// <exception cref="CheckpointFormatException">It is damaged, or of a later version.</exception>
    public CaptionerDescription Find(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (File.Exists(name))
        {
            return OfCheckpoint(name);
        }

        return Directory.Exists(name) ? OfFolder(Path.GetFullPath(name))
            : LooksLikePath(name) ? throw new ModelNotFoundException($"There is no file or folder '{Path.GetFullPath(name)}': give a captioner's folder, a caption checkpoint's file, or the id of a captioner in the cache.")
            : OfFolder(ModelFolder.Locate(name, search));
    }

    /// <summary>Whether a name can't be a model's id: it begins as paths do, or ends as files of weights do.</summary>
    public static bool LooksLikePath(string name) =>
        Path.IsPathRooted(name) || name is "." or ".." || name.StartsWith("./", StringComparison.Ordinal) || name.StartsWith("../", StringComparison.Ordinal)
        || name.Contains('\\', StringComparison.Ordinal) || name.Count(c => c == '/') > 1 || PathEndings.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    private CaptionerDescription OfCheckpoint(string path)
    {
        var checkpoint = CaptionCheckpoint.Open(path);
        try
        {
            return checkpoint.Describe(bases);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private CaptionerDescription OfFolder(string folder)
    {
        if (!CaptionerFolder.IsOne(folder))
        {
            throw NoCaptioner(folder);
        }

        return bases is { Encoder: null, Decoder: null }
            ? CaptionerFolder.Open(folder).Describe()
            : throw new CaptioningException($"'{folder}' is a captioner's folder, which has its encoder and its decoder in it: leave out CaptionerOptions.Bases (in the tool, --encoder-base and --decoder-base).");
    }

    /// <summary>What a folder is instead, and what would help.</summary>
    private ModelNotFoundException NoCaptioner(string folder)
    {
        var path = $"The folder '{folder}' holds no '{CaptionerFolder.FileName}'";
        if (kinds.Encoders.Recognize(folder) is { } encoder)
        {
            return new($"{path}: it is an image encoder of kind '{encoder.Name}', which is one part of a captioner. Give a captioner's folder or a checkpoint, and this as the checkpoint's --encoder-base (in code, CaptionerOptions.Bases) if it was trained upon it.");
        }

        if (kinds.Decoders.Recognize(folder) is { } decoder)
        {
            return new($"{path}: it is a decoder of kind '{decoder.Name}', which is one part of a captioner. Give a captioner's folder or a checkpoint, and this as the checkpoint's --decoder-base (in code, CaptionerOptions.Bases) if it was trained upon it.");
        }

        string[] checkpoints = [.. Directory.EnumerateFiles(folder).Where(file => PathEndings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase)).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        return checkpoints.Length > 0
            ? new($"{path}: it holds '{string.Join("', '", checkpoints.Take(5))}'. If one of them is a caption checkpoint, give its path.")
            : new($"{path}: a captioner's folder is one that Captioner.Save has written.");
    }
}
