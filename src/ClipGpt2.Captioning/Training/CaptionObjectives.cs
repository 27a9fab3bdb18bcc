using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.Training;

/// <summary>What a loss can count, by the names that configurations have for it; a host adds its own.</summary>
/// <remarks>Fill it before it is used; reading is safe from any number of threads.</remarks>
public sealed class CaptionObjectives
{
    private readonly NameTable<CaptionObjective> _objectives = new("objective");

    /// <summary>Creates a registry that holds the library's own objectives.</summary>
    public CaptionObjectives() => Add(CaptionObjective.Corrected).Add(CaptionObjective.Reference).Add(CaptionObjective.ClipCap);

    /// <summary>The objectives in the order in which they were added.</summary>
    public IReadOnlyList<CaptionObjective> Objectives => _objectives.Entries;

    /// <summary>Finds an objective.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The objective.</returns>
    /// <exception cref="CaptioningException">No objective has the name; the message lists the known ones.</exception>
    public CaptionObjective this[string name] => _objectives[name];

    /// <summary>Adds an objective, or replaces one.</summary>
    /// <param name="objective">The objective.</param>
    /// <returns>This registry.</returns>
    public CaptionObjectives Add(CaptionObjective objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        _objectives.Add(objective.Name, objective);
        return this;
    }

    /// <summary>The objective, or null where none has the name.</summary>
    internal CaptionObjective? Find(string name) => _objectives.Find(name);
}
