using System.Text.Json;
using ClipGpt2.Captioning.Evaluation;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Evaluation;

/// <summary>CLIPScore and RefCLIPScore of pictures on disk.</summary>
public sealed class ClipScoreSuite : GoldenSuite
{
    // The tolerance of the folder's README.
    private const double Tolerance = 1e-5;

    private const string ReferencePart = "refonly/";

    // The README's; the file names no model.
    private const string Model = "models/tiny-clip";

    public override IReadOnlyList<string> Files => ["metrics/clipscore.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "images", "candidates", "w", "prefix", "expected"];

    public override bool UsesDevice => true;

    public override void Check(GoldenCase golden)
    {
        using var folder = ModelFolder.Open(GoldenRoot.Path(Model));
        var options = new ClipScoreOptions { Weight = golden.Json.GetProperty("w").GetDouble(), Prompt = golden.Json.GetProperty("prefix").GetString()!, BatchSize = 7 };
        using var metric = ClipScoreMetric.Load(folder, image => GoldenRoot.Path(image.Id), options, new ComputeOptions { Device = golden.Device });
        CheckPictures(golden, metric);
        foreach (var name in golden.Expected.Names.Where(n => n.StartsWith(ReferencePart, StringComparison.Ordinal)))
        {
            CheckReferences(golden, metric, name[ReferencePart.Length..]);
        }
    }

    private static void CheckPictures(GoldenCase golden, ClipScoreMetric metric)
    {
        var corpus = Corpus(golden, _ => [""]);
        Near(golden.Expected["cosine"], metric.Compare(corpus, TestContext.Current.CancellationToken).Picture);
        var score = metric.Evaluate(corpus, TestContext.Current.CancellationToken)["clipscore"];
        Near(golden.Expected["clipscore"], score.PerImage);
        Near(golden.Expected["clipscore_mean"], score.Corpus);
    }

    private static void CheckReferences(GoldenCase golden, ClipScoreMetric metric, string set)
    {
        var expected = golden.Expected[ReferencePart + set];
        var references = golden.Root.GetProperty("references").GetProperty(set);
        var corpus = Corpus(golden, image => [.. references[image].EnumerateArray().Select(r => r.GetString()!)]);
        var cosines = metric.Compare(corpus, TestContext.Current.CancellationToken).BestReference;
        var result = metric.Evaluate(corpus, TestContext.Current.CancellationToken);
        Near(expected["per_image"], cosines);
        Near(expected["mean"], cosines.Average());

        // Where score and cosine nearly cancel, the harmonic mean multiplies the rounding of its parts (the README's trap 23).
        var (scores, means) = (result["clipscore"].PerImage, result["refclipscore"]);
        double[] tolerances = [.. scores.Select((score, i) => Tolerance * Math.Max(1, 2 * ((score * score) + (cosines[i] * cosines[i])) / Math.Pow(score + cosines[i], 2)))];
        Assert.All(expected["refclipscore"].Items(), (value, i) => Near(value, means.PerImage[i], tolerances[i]));
        Near(expected["refclipscore_mean"], means.Corpus, tolerances.Average());
        var extremes = Enumerable.Range(0, tolerances.Length).ToList();
        Near(expected["smallest_denominator"], extremes.Min(i => Math.Abs(scores[i] + cosines[i])));
        var largest = extremes.MaxBy(i => Math.Abs(means.PerImage[i]));
        Near(expected["largest_refclipscore"], Math.Abs(means.PerImage[largest]), tolerances[largest]);
    }

    private static CaptionCorpus Corpus(GoldenCase golden, Func<int, string[]> references)
    {
        var images = golden.Json.GetProperty("images");
        return new([.. golden.Json.GetProperty("candidates").EnumerateArray().Select((candidate, i) => new CaptionedImage(images[i].GetString()!, candidate.GetString()!, references(i)))]);
    }

    private static void Near(Tracked expected, IEnumerable<float> actual) => Near(expected, [.. actual.Select(a => (double)a)]);

    private static void Near(Tracked expected, IReadOnlyList<double> actual)
    {
        var items = expected.Items();
        Assert.Equal(items.Count, actual.Count);
        Assert.All(items, (item, i) => Near(item, actual[i]));
    }

    private static void Near(Tracked expected, double actual, double tolerance = Tolerance)
    {
        var number = expected.Number();
        Assert.True(number.Equals(actual) || Math.Abs(number - actual) <= tolerance, $"{expected.Path}: {actual:R} is not {number:R} within {tolerance:R}.");
    }
}
