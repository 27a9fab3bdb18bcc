using System.Text.Json;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Diversity;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>Length, vocabulary, distinct n-grams and novelty of candidates; diversity of several captions of an image.</summary>
public sealed class CorpusStatsSuite : GoldenSuite
{
    private const double Tolerance = 1e-12;

    public override IReadOnlyList<string> Files => ["metrics/corpus_stats.json"];

    protected override IReadOnlyList<string> CaseMembers => ["name", "kind", "corpus", "train", "captions_per_image", "captions", "expected"];

    public override void Check(GoldenCase golden)
    {
        switch (golden.Json.GetProperty("kind").GetString())
        {
            case "corpus":
                CheckCorpus(golden);
                break;
            case "diversity":
                CheckDiversity(golden);
                break;
            case var kind:
                throw new InvalidOperationException($"Unknown kind '{kind}'.");
        }
    }

    private static void CheckCorpus(GoldenCase golden)
    {
        var images = Document(GoldenCorpora.File).GetProperty("cases").EnumerateArray()
            .Single(c => c.GetProperty("name").GetString() == golden.Json.GetProperty("corpus").GetString());
        var corpus = GoldenCorpora.Of(images, CaptionTokenization.Ptb);
        var captions = Enumerable.Range(0, corpus.Images.Count).Select(corpus.TokenizedCandidate).ToList();
        var found = CaptionStatistics.Of(captions, Texts(golden.Json.GetProperty("train")));
        var expected = golden.Expected;
        Assert.Equal(expected["captions"].Integer(), found.Captions);
        Assert.Equal(expected["vocabulary"].Integer(), found.Vocabulary);
        Assert.Equal(expected["tokens"].Integer(), found.Tokens);
        Assert.Equal(expected["min_length"].Integer(), found.MinimumLength);
        Assert.Equal(expected["max_length"].Integer(), found.MaximumLength);
        GoldenCorpora.Near(expected["mean_length"].Number(), found.MeanLength, Tolerance);
        GoldenCorpora.Near(expected["std_length"].Number(), found.StandardDeviation, Tolerance);
        GoldenCorpora.Near(expected["distinct_1"].Number(), found.Distinct1, Tolerance);
        GoldenCorpora.Near(expected["distinct_2"].Number(), found.Distinct2, Tolerance);
        GoldenCorpora.Near(expected["distinct_captions"].Number(), found.DistinctCaptions, Tolerance);
        GoldenCorpora.Near(expected["novel"].Number(), found.Novel, Tolerance);
    }

    private static void CheckDiversity(GoldenCase golden)
    {
        var captions = golden.Json.GetProperty("captions").EnumerateArray().Select(Texts).ToList();
        Assert.All(captions, c => Assert.Equal(golden.Json.GetProperty("captions_per_image").GetInt32(), c.Length));
        var found = CaptionDiversity.Of(captions);
        var expected = golden.Expected;
        GoldenCorpora.Near(expected["div_1"].Number(), found.Div1, Tolerance);
        GoldenCorpora.Near(expected["div_2"].Number(), found.Div2, Tolerance);
        GoldenCorpora.Near(expected["div_1_per_image"].Numbers(), found.Div1PerImage, Tolerance);
        GoldenCorpora.Near(expected["div_2_per_image"].Numbers(), found.Div2PerImage, Tolerance);
        GoldenCorpora.Near(expected["distinct_in_image"].Number(), found.DistinctInImage, Tolerance);
        GoldenCorpora.Near(expected["mbleu"].Numbers(), found.MutualBleu, Tolerance);
        foreach (var (position, i) in expected["mbleu_per_position"].Items().Select((p, i) => (p, i)))
        {
            GoldenCorpora.Near(position.Numbers(), found.MutualBleuPerPosition[i], Tolerance);
        }
    }

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(c => c.GetString()!)];
}
