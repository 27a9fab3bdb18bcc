using System.Text;
using System.Text.RegularExpressions;
using ClipGpt2.Captioning.Weights;
using ClipGpt2.Captioning.Weights.PyTorch;

namespace ClipGpt2.Captioning.Parts.Checkpoints;

/// <summary>ClipCap's checkpoints: the state dict of its <c>ClipCaptionModel</c>, with the run's arguments in a JSON file beside it.</summary>
/// <remarks>
/// Source: <c>train</c> and <c>save_config</c> of ClipCap's <c>train.py</c>. The state dict tells the mapping network's kind and sizes; the arguments,
/// where they are there, whether embeddings were divided by their length (<c>normalize_prefix</c>).
/// </remarks>
internal static partial class ClipCapCheckpoint
{
    public const string ProjectorPrefix = "clip_project.";

    /// <summary>The key of <see cref="CheckpointContent.Metadata"/> under which the arguments are.</summary>
    public const string ArgumentsKey = "clipcap_arguments";

    public static bool IsOne(PyTorchFile file) => StateDict.Names(file.Root.Raw).Any(name => name.StartsWith(ProjectorPrefix, StringComparison.Ordinal));

    /// <exception cref="CheckpointFormatException">The file of arguments is damaged.</exception>
    public static CheckpointContent Read(PyTorchFile file)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (ArgumentsOf(file.Location) is { } arguments)
        {
            var bytes = InputFile.ReadAll(arguments);
            ConfigSection.Parse(arguments, bytes);
            metadata[ArgumentsKey] = Encoding.UTF8.GetString(bytes);
        }

        return new CheckpointContent(CheckpointForm.ClipCap, Wrapping.TakeOff(file.OwningStateDict()), metadata);
    }

    /// <summary>A ClipCap checkpoint alone is half a captioner.</summary>
    public static CaptioningException WithoutBases(string location) => new(
        $"'{location}' is a checkpoint of ClipCap, which doesn't say what it was trained upon: give the folders or ids of its CLIP and its GPT-2 (CaptionerOptions.Bases; in the tool, --encoder-base and --decoder-base).");

    /// <summary><c>NAME.json</c> beside <c>NAME-003.pt</c> or <c>NAME_latest.pt</c>; null if there is none.</summary>
    private static string? ArgumentsOf(string path)
    {
        var name = Epoch().Replace(Path.GetFileNameWithoutExtension(path), "");
        return Path.Combine(Path.GetDirectoryName(path) ?? "", name + ".json") is var file && File.Exists(file) ? file : null;
    }

    [GeneratedRegex(@"(-\d{3}|_latest)\z")]
    private static partial Regex Epoch();
}
