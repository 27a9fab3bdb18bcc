namespace TrainScenes.Scenes;

/// <summary>How often captions are right, each from 0 to 1.</summary>
/// <param name="Colours">The share that names both colours right.</param>
/// <param name="Shapes">The share that names both shapes right.</param>
/// <param name="Relation">The share that names the relation right.</param>
internal sealed record SceneRates(double Colours, double Shapes, double Relation)
{
    /// <summary>Judges captions of scenes, one each.</summary>
    public static SceneRates Of(IReadOnlyList<Scene> scenes, IReadOnlyList<string> captions)
    {
        var verdicts = scenes.Zip(captions, SceneVerdict.Of).ToList();
        return new SceneRates(Share(v => v.Colours), Share(v => v.Shapes), Share(v => v.Relation));

        double Share(Func<SceneVerdict, bool> isRight) => (double)verdicts.Count(isRight) / verdicts.Count;
    }

    public override string ToString() => $"colours {Colours:P1}, shapes {Shapes:P1}, relation {Relation:P1}";
}
