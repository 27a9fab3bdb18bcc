using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Evaluation;

[Trait("Golden", "metrics")]
public sealed class BertScoreGoldenTests : GoldenTests<BertScoreSuite>;

[Trait("Golden", "metrics")]
public sealed class ClipScoreGoldenTests : GoldenTests<ClipScoreSuite>;

[Trait("Golden", "metrics")]
public sealed class BertScoreTokensGoldenTests : GoldenTests<BertScoreTokensSuite>;
