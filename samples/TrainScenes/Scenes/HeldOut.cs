namespace TrainScenes.Scenes;

/// <summary>The combinations of colour, shape and relation that no training scene shows: whoever captions them has learned the three apart.</summary>
internal static class HeldOut
{
    /// <summary>Whether a thing isn't shown in a relation while training: 16 of the 192 combinations, never two of one thing.</summary>
    public static bool Contains(Thing thing, Relation relation) => ((int)thing.Colour + (2 * (int)thing.Shape) + (3 * (int)relation)) % 12 == 0;
}
