using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Tool.Inspection;

/// <summary>One part of a <see cref="CaptionerReport"/>.</summary>
/// <param name="Part">What it is: <c>encoder</c>, <c>projector</c>, <c>decoder</c>, <c>tokenizer</c> or <c>text_encoder</c>.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Path">Its file or folder within the captioner's.</param>
/// <param name="SharedWith">The part before it that has the same file or folder, and with it the tensors; null if there is none.</param>
/// <param name="Settings">What else <c>captioner.json</c> says of it.</param>
/// <param name="Parameters">The elements of its tensors.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Tensors">Its tensors; none where they are another's, or where it has no weights.</param>
internal sealed record PartReport(
    string Part, string Kind, string Path, string? SharedWith, JsonObject Settings, long Parameters, long Bytes, IReadOnlyList<TensorReport> Tensors)
{
    private const string KindName = "kind";
    private const string PathName = "path";

    /// <summary>Looks at a part.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="part">Where it is.</param>
    /// <param name="sharedWith">The part before it of the same path, or null.</param>
    /// <exception cref="CaptioningException">Its files are missing or damaged.</exception>
    public static PartReport Of(string name, PartDescription part, string? sharedWith)
    {
        var (path, place) = (part.Section.Text(PathName), part.Place.Name);
        if (!System.IO.Path.Exists(place))
        {
            throw part.Section.Error(PathName, $"is '{path}', and there is no such file or folder in the captioner's");
        }

        var settings = part.Section.ToJson();
        settings.Remove(KindName);
        settings.Remove(PathName);
        var model = sharedWith is null && HoldsWeights(place) ? ModelReport.Of(place) : null;
        return new(name, part.Section.Text(KindName), path, sharedWith, settings, model?.Parameters ?? 0, model?.Bytes ?? 0, model?.Tensors ?? []);
    }

    /// <summary>A tokenizer's folder has none, and a host's own kinds may store whatever they want.</summary>
    private static bool HoldsWeights(string path) => Directory.Exists(path) ? TensorFiles.FindIn(path) is not null : TensorFiles.HasEnding(path);
}
