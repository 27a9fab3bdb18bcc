using System.Text.Json.Nodes;
using ClipGpt2.Captioning.Parts;

namespace ClipGpt2.Captioning.Tool.Inspection;

/// <summary>What a captioner's folder holds, read from <c>captioner.json</c> and the headers of the files that it names.</summary>
/// <param name="File">The folder, as it was named.</param>
/// <param name="Parameters">The elements of all tensors; files that two parts share count once.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Search">How the program searches that the captioner comes from; null if it doesn't say.</param>
/// <param name="Parts">The parts.</param>
internal sealed record CaptionerReport(string File, long Parameters, long Bytes, JsonObject? Search, IReadOnlyList<PartReport> Parts)
{
    /// <summary>Looks into a captioner's folder.</summary>
    /// <exception cref="CaptioningException">A part is missing or damaged.</exception>
    public static CaptionerReport Of(string path)
    {
        var folder = CaptionerFolder.Open(path);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        var parts = new List<PartReport>();
        foreach (var (name, part) in folder.Parts())
        {
            parts.Add(PartReport.Of(name, part, owners.GetValueOrDefault(part.Place.Name)));
            owners.TryAdd(part.Place.Name, name);
        }

        return new(path, parts.Sum(part => part.Parameters), parts.Sum(part => part.Bytes), folder.FindSearch()?.Json, parts);
    }
}
