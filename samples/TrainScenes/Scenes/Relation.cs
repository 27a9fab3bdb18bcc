namespace TrainScenes.Scenes;

/// <summary>Where a scene's first thing is, seen from its second.</summary>
internal enum Relation
{
    LeftOf,
    RightOf,
    Above,
    Below,
}

internal static class Relations
{
    /// <summary>Where the second thing is, seen from the first.</summary>
    public static Relation Inverse(this Relation relation) => relation switch
    {
        Relation.LeftOf => Relation.RightOf,
        Relation.RightOf => Relation.LeftOf,
        Relation.Above => Relation.Below,
        _ => Relation.Above,
    };

    /// <summary>The relation as captions have it.</summary>
    public static string Words(this Relation relation) => relation switch
    {
        Relation.LeftOf => "to the left of",
        Relation.RightOf => "to the right of",
        Relation.Above => "above",
        _ => "below",
    };
}
