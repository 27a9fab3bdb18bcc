namespace TrainScenes.Scenes;

/// <summary>Two things that differ, how they stand to each other, and what lies behind them.</summary>
/// <param name="First">The thing that captions speak of first.</param>
/// <param name="Relation">Where it is, seen from the second.</param>
/// <param name="Second">The other thing.</param>
/// <param name="Background">What lies behind both.</param>
/// <param name="FirstPlace">Where the first is drawn.</param>
/// <param name="SecondPlace">Where the second is drawn.</param>
internal sealed record Scene(Thing First, Relation Relation, Thing Second, Background Background, Place FirstPlace, Place SecondPlace)
{
    /// <summary>The scene's captions, one of each form.</summary>
    public IReadOnlyList<string> Captions => SceneCaptions.Of(this);

    /// <summary>Whether one of the things stands in a relation that training scenes don't show it in.</summary>
    public bool IsHeldOut => HeldOut.Contains(First, Relation) || HeldOut.Contains(Second, Relation.Inverse());
}
