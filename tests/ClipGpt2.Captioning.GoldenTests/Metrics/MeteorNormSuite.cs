using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Metrics.Meteor;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

/// <summary>METEOR's own normaliser.</summary>
public sealed class MeteorNormSuite : GoldenSuite
{
    public override IReadOnlyList<string> Files => ["metrics/meteor_norm.json", "metrics/meteor_norm2.json"];

    public override void Check(GoldenCase golden)
    {
        var normalizer = new MeteorNormalizer(MeteorConfig.Data.Prefixes, MeteorConfig.Data.NumericPrefixes);
        var text = golden.Json.GetProperty("text").GetString()!;
        Assert.Equal(golden.Expected["keep"].Text(), normalizer.Normalize(text, keepPunctuation: true));
        Assert.Equal(golden.Expected["no_punctuation"].Text(), normalizer.Normalize(text, keepPunctuation: false));
    }
}
