using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.Parts;

/// <summary>A part as a captioner's description has it, whatever form that was read from.</summary>
/// <param name="Section">The part's own keys, its kind among them.</param>
/// <param name="Place">Where it lies, or its base.</param>
internal sealed record PartDescription(ConfigSection Section, PartPlace Place)
{
    /// <summary>What a checkpoint holds of the part; null where all of it lies at <see cref="Place"/>.</summary>
    public StoredPart? Stored { get; init; }

    /// <summary>Whether it says nothing of a base, so that the place is the checkpoint itself.</summary>
    public bool IsWithoutBase { get; init; }

    /// <summary>The model that the part must be, or be trained upon; null where the description doesn't say.</summary>
    public RecordedModel? Model { get; init; }
}

/// <summary>A model as a description remembers it.</summary>
/// <param name="Name">What it was called.</param>
/// <param name="ContentHash">The hash of its content (<see cref="ModelIdentity.ContentHash"/>).</param>
internal sealed record RecordedModel(string Name, string ContentHash);

/// <summary>Where a part lies.</summary>
/// <param name="Name">A file or folder, or a model's id.</param>
/// <param name="MayBeId">Whether it is looked up as an id where there is no such file or folder.</param>
internal sealed record PartPlace(string Name, bool MayBeId)
{
    /// <summary>The full path.</summary>
    /// <exception cref="ModelNotFoundException">It is an id, and no such model is in the cache.</exception>
    public string Locate(ModelSearchOptions search) => File.Exists(Name) || Directory.Exists(Name) || !MayBeId ? Path.GetFullPath(Name) : ModelFolder.Locate(Name, search);
}
