using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics.Meteor;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>The English stemmer.</summary>
public sealed class StemSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["metrics/stem.json"];

    public override void Check(GoldenCase golden) =>
        Assert.Equal(golden.Expected.Text(), EnglishStemmer.Stem(golden.Json.GetProperty("text").GetString()!));
}
