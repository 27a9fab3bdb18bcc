using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>The corpora that the other files score, by name and flow.</summary>
internal static class GoldenCorpora
{
    public const string File = "metrics/corpora.json";

    private static readonly Lazy<Dictionary<string, JsonElement>> Corpora = new(() =>
        JsonDocument.Parse(System.IO.File.ReadAllBytes(GoldenRoot.Path(File))).RootElement.GetProperty("cases").EnumerateArray()
            .ToDictionary(c => c.GetProperty("name").GetString()!));

    /// <summary>The corpus that a case names, in its flow.</summary>
    public static CaptionCorpus Of(GoldenCase golden) => Of(
        Corpora.Value[golden.Json.GetProperty("corpus").GetString()!],
        golden.Json.GetProperty("flow").GetString() switch
        {
            "ptb" => CaptionTokenization.Ptb,
            "raw" => CaptionTokenization.Blanks,
            var flow => throw new InvalidOperationException($"Unknown flow '{flow}'."),
        });

    public static CaptionCorpus Of(JsonElement corpus, CaptionTokenization tokenization) =>
        new([.. corpus.GetProperty("images").EnumerateArray().Select(Image)], tokenization);

    public static void Near(double[] expected, IReadOnlyList<double> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            Near(expected[i], actual[i], tolerance);
        }
    }

    public static void Near(double expected, double actual, double tolerance) =>
        Assert.True(expected.Equals(actual) || Math.Abs(expected - actual) <= tolerance, $"{actual:R} is not {expected:R}.");

    private static CaptionedImage Image(JsonElement image) => new(
        image.GetProperty("id").ToString(),
        image.GetProperty("candidate").GetString()!,
        [.. image.GetProperty("refs").EnumerateArray().Select(r => r.GetString()!)]);
}
