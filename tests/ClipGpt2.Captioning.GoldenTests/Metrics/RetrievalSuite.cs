using System.Globalization;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics.Retrieval;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>Ranks and recall from given similarities, in both directions.</summary>
public sealed class RetrievalSuite : GoldenSuite
{
    private const double Tolerance = 1e-12;

    public override IReadOnlyList<string> Files => ["metrics/retrieval.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "images", "captions", "similarity", "smallest_gap", "expected"];

    public override void Check(GoldenCase golden)
    {
        var similarities = golden.Tensors[golden.Json.GetProperty("similarity").GetString()!];
        var count = (int)similarities.Shape[0];
        Check(golden.Expected["image_to_text"], RetrievalResult.ImageToText(similarities.Floats, count));
        Check(golden.Expected["text_to_image"], RetrievalResult.TextToImage(similarities.Floats, count));
    }

    private static void Check(Tracked expected, RetrievalResult found)
    {
        Assert.Equal(expected["ranks"].Integers(), found.Ranks);
        GoldenCorpora.Near(expected["median_rank"].Number(), found.MedianRank, Tolerance);
        GoldenCorpora.Near(expected["mean_rank"].Number(), found.MeanRank, Tolerance);
        GoldenCorpora.Near(expected["mrr"].Number(), found.MeanReciprocalRank, Tolerance);
        foreach (var name in expected.Names.Where(n => n.StartsWith("R@", StringComparison.Ordinal)))
        {
            GoldenCorpora.Near(expected[name].Number(), found.RecallAt(int.Parse(name[2..], CultureInfo.InvariantCulture)), Tolerance);
        }
    }
}
