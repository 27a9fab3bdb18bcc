using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Parts;

/// <summary>How parts are loaded.</summary>
/// <param name="Kinds">The known kinds.</param>
/// <param name="Compute">Where and how parts compute that aren't trained.</param>
/// <param name="Trainable">The roles of the parts that are to be trained.</param>
/// <param name="Search">Where ids are looked up.</param>
/// <param name="Logger">Is told what is odd about files.</param>
internal sealed record PartLoading(CaptionerParts Kinds, ComputeOptions Compute, IReadOnlySet<string> Trainable, ModelSearchOptions Search, ILogger Logger)
{
    /// <summary>Whose reading of a model's files is followed; null for the description's.</summary>
    public ModelCompatibility? Compatibility { get; init; }

    /// <summary>Encoders that captioners have in common; null if each has its own.</summary>
    public SharedEncoders? Encoders { get; init; }

    /// <summary>How the part of a role computes.</summary>
    public ComputeOptions ComputeOf(string role) => Compute with { Trainable = Trainable.Contains(role) };
}
