using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Runtime;

/// <summary>A part of a captioner that can write itself into the captioner's folder and be loaded from there by its kind.</summary>
public interface ISavablePart
{
    /// <summary>The name under which <c>CaptionerParts</c> finds the kind again.</summary>
    string Kind { get; }

    /// <summary>Writes the part's files.</summary>
    /// <param name="path">The file or folder that the captioner's folder has for this part.</param>
    /// <param name="description">The part's section of <c>captioner.json</c>, to which the part adds whatever it needs besides its files.</param>
    /// <exception cref="CaptioningException">A file can't be written, or the weights are gone (they were packed, and their source too is gone).</exception>
    void Save(string path, JsonObject description);
}
