namespace ClipGpt2.Captioning.Encoders;

/// <summary>The shape of what an image encoder gives for a picture, and a projector takes: one vector [D], or a sequence of vectors [T, D].</summary>
/// <param name="Size">The size D of a vector.</param>
/// <param name="Length">The number T of vectors in a sequence; null for one vector, which isn't a sequence of one.</param>
public readonly record struct FeatureShape(int Size, int? Length = null)
{
    /// <summary>How many numbers a picture's features are.</summary>
    internal int Numbers => checked(Size * (Length ?? 1));

    /// <summary>The shape as it stands in messages and logs.</summary>
    /// <returns><c>[B, D]</c> or <c>[B, T, D]</c> with the figures for D and T.</returns>
    public override string ToString() => Length is { } length ? $"[B, {length}, {Size}]" : $"[B, {Size}]";

    /// <summary>The shape of a batch's tensor.</summary>
    internal long[] Of(long images) => Length is { } length ? [images, length, Size] : [images, Size];
}
