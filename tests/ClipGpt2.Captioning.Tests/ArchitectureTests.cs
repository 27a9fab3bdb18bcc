using NetArchTest.Rules;

namespace ClipGpt2.Captioning.Tests;

/// <summary>The stations of the data's way know those before them, never those after (docs/architecture.md).</summary>
public sealed class ArchitectureTests
{
    private const string Root = "ClipGpt2.Captioning";

    private static readonly string[] Stations = ["Runtime", "Images", "Text", "Weights", "Layers", "Encoders", "Projectors", "Decoding", "Parts"];

    // The captioner itself, which lies in the root: it composes the stations, and none of them knows it.
    private static readonly string[] Composition =
    [
        .. typeof(Captioner).Assembly.GetTypes().Where(t => t.Namespace == Root).Select(t => t.FullName!), $"{Root}.Pipeline",
    ];

    // What is built upon the captioner, in order.
    private static readonly string[] Uses = ["Evaluation", "Training", "Inference"];

    public static TheoryData<string> StationNames => new(Stations);

    [Theory]
    [MemberData(nameof(StationNames))]
    public void A_station_knows_none_that_comes_after_it(string station)
    {
        var later = Stations.SkipWhile(s => s != station).Skip(1).Select(s => $"{Root}.{s}").Concat(Composition).Concat(Uses.Select(s => $"{Root}.{s}")).ToArray();
        var result = Types.InAssembly(typeof(Captioner).Assembly).That().ResideInNamespaceStartingWith($"{Root}.{station}").ShouldNot().HaveDependencyOnAny(later).GetResult();
        Assert.True(result.IsSuccessful, $"{station} reaches forward: {string.Join(", ", result.FailingTypeNames ?? [])}");
    }

    [Fact]
    public void The_captioner_knows_nothing_that_is_built_upon_it()
    {
        var later = Uses.Select(s => $"{Root}.{s}").ToArray();
        var result = Types.InAssembly(typeof(Captioner).Assembly).That().ResideInNamespaceMatching($@"^ClipGpt2\.Captioning(\.Pipeline)?$").ShouldNot().HaveDependencyOnAny(later).GetResult();
        Assert.True(result.IsSuccessful, $"The captioner reaches forward: {string.Join(", ", result.FailingTypeNames ?? [])}");
    }

    [Fact]
    public void Every_folder_of_the_library_is_a_known_station()
    {
        var known = Stations.Concat(["Pipeline"]).Concat(Uses).ToHashSet();
        var folders = typeof(Captioner).Assembly.GetTypes()
            .Select(t => t.Namespace)
            .Where(n => n is not null && n.StartsWith(Root + ".", StringComparison.Ordinal))
            .Select(n => n![(Root.Length + 1)..].Split('.')[0])
            .Distinct();
        Assert.DoesNotContain(folders, f => !known.Contains(f));
    }
}
