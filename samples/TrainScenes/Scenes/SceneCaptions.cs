namespace TrainScenes.Scenes;

/// <summary>The five forms of captions.</summary>
internal static class SceneCaptions
{
    /// <summary>The number of forms.</summary>
    public const int Forms = 5;

    public static IReadOnlyList<string> Of(Scene scene)
    {
        var (first, second) = (WithArticle(scene.First), WithArticle(scene.Second));
        var relation = $"{first} {scene.Relation.Words()} {second}";
        var background = scene.Background.ToString().ToLowerInvariant();
        return
        [
            Sentence(relation),
            Sentence($"{relation} on a {background} background"),
            Sentence($"there is {relation}"),
            Sentence($"{second} sits {scene.Relation.Inverse().Words()} {first}"),
            Sentence($"two shapes, {first} and {second}, on {background}"),
        ];
    }

    private static string WithArticle(Thing thing) => thing.Colour is Colour.Orange ? $"an {thing}" : $"a {thing}";

    private static string Sentence(string words) => $"{char.ToUpperInvariant(words[0])}{words[1..]}.";
}
