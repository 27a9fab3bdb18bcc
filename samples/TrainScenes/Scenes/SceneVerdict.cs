namespace TrainScenes.Scenes;

/// <summary>What a caption of a scene says right.</summary>
/// <param name="Colours">Whether both colours are those of the things.</param>
/// <param name="Shapes">Whether both shapes are.</param>
/// <param name="Relation">Whether the relation of the things, as the caption names them, is theirs.</param>
internal readonly record struct SceneVerdict(bool Colours, bool Shapes, bool Relation)
{
    private int Right => (Colours ? 1 : 0) + (Shapes ? 1 : 0) + (Relation ? 1 : 0);

    /// <summary>Judges a caption, whichever of the things it names first.</summary>
    public static SceneVerdict Of(Scene scene, string caption)
    {
        if (SceneClaim.Read(caption) is not { } claim)
        {
            return default;
        }

        var straight = Judge(claim, scene.First, scene.Relation, scene.Second);
        var turned = Judge(claim, scene.Second, scene.Relation.Inverse(), scene.First);
        return straight.Right >= turned.Right ? straight : turned;
    }

    private static SceneVerdict Judge(SceneClaim claim, Thing first, Relation relation, Thing second) => new(
        claim.First.Colour == first.Colour && claim.Second.Colour == second.Colour,
        claim.First.Shape == first.Shape && claim.Second.Shape == second.Shape,
        claim.Relation == relation);
}
