using ClipGpt2.Captioning.Images;

namespace ClipGpt2.Captioning;

/// <summary>A picture by its embedding, which was computed before.</summary>
/// <param name="Source">The picture's path or name.</param>
/// <param name="Values">The embedding [D] as the captioner's encoder gives it, not normalised.</param>
public readonly record struct ImageEmbedding(string Source, ReadOnlyMemory<float> Values)
{
    /// <summary>What was done to the decoded picture (<see cref="PreprocessingJson"/>); null where nobody noted it.</summary>
    internal string? Preprocessing { get; init; }
}
