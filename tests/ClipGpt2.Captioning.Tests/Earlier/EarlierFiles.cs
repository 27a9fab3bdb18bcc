using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Tests.Earlier;

/// <summary>What an earlier version wrote, and what it said then: <c>tests/earlier/README.md</c>.</summary>
internal static class EarlierFiles
{
    /// <summary>Of embeddings and similarities: processors and ways of computing round differently.</summary>
    public const double EmbeddingTolerance = 1e-4;

    /// <summary>Of log-probabilities, scores and losses.</summary>
    public const double FigureTolerance = 1e-3;

    public static readonly string[] Pictures = ["circle", "square", "stripes"];

    private static readonly string Tests = Path.Combine(SampleCaptioner.Repository, "tests");
    private static readonly string Root = PathOf("earlier/0.1.0");

    /// <summary>A place in the repository's tests, such as <c>golden/models/tiny-clip</c>.</summary>
    public static string PathOf(string inTests) => Path.Combine(Tests, inTests);

    public static string Captioner(string name) => Path.Combine(Root, "captioners", name);

    public static string Checkpoint(string name) => Path.Combine(Root, "checkpoints", name + ".safetensors");

    public static string Run(string name) => Path.Combine(Root, "runs", name);

    public static string Store(string name) => Path.Combine(Root, "stores", name);

    public static string Journal => Path.Combine(Root, "inference", "captions.csv.partial");

    public static string Picture(string name) => Path.Combine(Root, "images", name + ".png");

    /// <summary>The names that there are expectations for; a file without one fails.</summary>
    public static TheoryData<string> Names(string kind)
    {
        string[] expected = [.. Directory.GetFiles(Path.Combine(Root, "expected", kind)).Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];
        Assert.Equal(Directory.GetFileSystemEntries(Path.Combine(Root, kind)).Select(entry => Path.GetFileName(entry).Replace(".safetensors", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal), expected);
        return new(expected);
    }

    public static JsonObject Expected(string kind, string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Root, "expected", kind, name + ".json")))!.AsObject();

    /// <summary>Copies a folder, so that what a test does stays out of the repository.</summary>
    public static void Copy(string folder, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(folder))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }
    }

    /// <summary>Compares what a captioner says of the pictures with what it said.</summary>
    public static void AssertSays(JsonObject expected, Captioner captioner)
    {
        foreach (var picture in Pictures)
        {
            var said = expected["captions"]![picture]!;
            var similarity = said["similarity"]?.GetValue<double>();
            var result = captioner.Caption([ImageSource.FromFile(Picture(picture))], new CaptionOptions { IncludeEmbedding = true, IncludeSimilarity = similarity is not null })[0];
            Assert.Null(result.Error);
            Assert.Equal(said["text"]!.GetValue<string>(), result.Text);
            Assert.Equal(said["token_ids"]!.AsArray().GetValues<int>(), result.Best.Sequence.TokenIds);
            AssertNear(said["log_probabilities"]!, result.Best.Sequence.LogProbabilities, FigureTolerance);
            AssertNear(said["embedding"]!, result.Embedding!.Value.ToArray(), EmbeddingTolerance);
            Assert.Equal(said["score"]!.GetValue<double>(), result.Best.Sequence.Score, FigureTolerance);
            Assert.Equal(similarity ?? 0, result.Best.Similarity ?? 0, EmbeddingTolerance);
        }
    }

    public static void AssertNear(JsonNode expected, IReadOnlyList<float> actual, double tolerance)
    {
        var values = expected.AsArray().GetValues<float>().ToList();
        Assert.Equal(values.Count, actual.Count);
        Assert.All(values.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
