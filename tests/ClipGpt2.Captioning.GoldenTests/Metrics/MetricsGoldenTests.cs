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

[Trait("Golden", "metrics")]
public sealed class MeteorGoldenTests : GoldenTests<MeteorSuite>;

[Trait("Golden", "metrics")]
public sealed class MeteorAlignGoldenTests : GoldenTests<MeteorAlignSuite>;

[Trait("Golden", "metrics")]
public sealed class MeteorNormGoldenTests : GoldenTests<MeteorNormSuite>;

[Trait("Golden", "metrics")]
public sealed class StemGoldenTests : GoldenTests<StemSuite>;

[Trait("Golden", "metrics")]
public sealed class CorpusStatsGoldenTests : GoldenTests<CorpusStatsSuite>;

[Trait("Golden", "metrics")]
public sealed class RetrievalGoldenTests : GoldenTests<RetrievalSuite>;
