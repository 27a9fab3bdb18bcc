using System.Text.RegularExpressions;

namespace TrainScenes.Scenes;

/// <summary>What a caption says of a scene.</summary>
/// <param name="First">The thing that it names first.</param>
/// <param name="Relation">Where that is, seen from the second; null if it doesn't say.</param>
/// <param name="Second">The thing that it names second.</param>
internal sealed partial record SceneClaim(Thing First, Relation? Relation, Thing Second)
{
    /// <summary>Reads a caption of any of the five forms.</summary>
    /// <returns>What it says; null unless it names two things that there are.</returns>
    public static SceneClaim? Read(string caption)
    {
        var things = ThingPattern().Matches(caption);
        return things.Count == 2 ? new SceneClaim(ReadThing(things[0]), ReadRelation(caption), ReadThing(things[1])) : null;
    }

    private static Thing ReadThing(Match match) =>
        new(Enum.Parse<Colour>(match.Groups[1].ValueSpan, ignoreCase: true), Enum.Parse<Shape>(match.Groups[2].ValueSpan, ignoreCase: true));

    private static Relation? ReadRelation(string caption)
    {
        var named = Enum.GetValues<Relation>().Where(relation => caption.Contains($" {relation.Words()} ", StringComparison.Ordinal)).ToList();
        return named.Count == 1 ? named[0] : null;
    }

    [GeneratedRegex(@"\b(red|green|blue|yellow|purple|orange|white|black) (circle|square|triangle|star|cross|ring)\b")]
    private static partial Regex ThingPattern();
}
