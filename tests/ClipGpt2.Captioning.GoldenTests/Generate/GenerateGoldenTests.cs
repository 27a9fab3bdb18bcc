using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Generate;

[Trait("Golden", "generate")]
public sealed class ProcessorGoldenTests : GoldenTests<ProcessorSuite>;

[Trait("Golden", "generate")]
public sealed class GenerateGoldenTests : GoldenTests<GenerateSuite>;

[Trait("Golden", "generate")]
public sealed class ConfidenceGoldenTests : GoldenTests<ConfidenceSuite>;

[Trait("Golden", "generate")]
public sealed class ClipCapGoldenTests : GoldenTests<ClipCapSuite>;
