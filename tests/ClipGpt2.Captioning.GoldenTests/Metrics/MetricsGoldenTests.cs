using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Metrics;

[Trait("Golden", "metrics")]
public sealed class PtbGoldenTests : GoldenTests<PtbSuite>;

[Trait("Golden", "metrics")]
public sealed class PtbContextGoldenTests : GoldenTests<PtbContextSuite>;

[Trait("Golden", "metrics")]
public sealed class CorporaGoldenTests : GoldenTests<CorporaSuite>;

[Trait("Golden", "metrics")]
public sealed class NgramGoldenTests : GoldenTests<NgramSuite>;
