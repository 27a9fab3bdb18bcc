using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Runtime;

/// <summary>A part of a captioner that can be written into the captioner's folder and described in a checkpoint.</summary>
public interface ISavablePart
{
    /// <summary>The name under which <c>CaptionerParts</c> finds the kind again.</summary>
    string Kind { get; }

    /// <summary>Where the part was loaded from; null if it came from no file, so that a checkpoint must hold all of it.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    PartOrigin? Origin => null;

    /// <summary>Says what the part needs besides its files to be loaded again: by default, nothing.</summary>
    /// <param name="description">The part's section of <c>captioner.json</c> or of a checkpoint, to which the part adds its own keys.</param>
    void Describe(JsonObject description)
    {
    }

    /// <summary>Writes the part's files.</summary>
    /// <param name="path">The file or folder that the captioner's folder has for this part.</param>
    /// <exception cref="CaptioningException">A file can't be written, or the weights are gone (they were packed, and their source too is gone).</exception>
    void Save(string path);
}

/// <summary>Where a part was loaded from.</summary>
/// <param name="Path">The full path of the file or folder.</param>
public sealed record PartOrigin(string Path)
{
    /// <summary>Whether the part's weights, as they were loaded, are those that lie there.</summary>
    /// <value>The default is <see langword="true"/>; false for a model whose weights a checkpoint holds and whose base lies there.</value>
    public bool HoldsWeights { get; init; } = true;
}
