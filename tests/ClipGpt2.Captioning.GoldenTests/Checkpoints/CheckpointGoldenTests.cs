using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Checkpoints;

[Trait("Golden", "checkpoints")]
public sealed class SeedCheckpointGoldenTests : GoldenTests<SeedCheckpointSuite>;

[Trait("Golden", "checkpoints")]
public sealed class SeedFileGoldenTests : GoldenTests<SeedFileSuite>;

[Trait("Golden", "checkpoints")]
public sealed class ClipCapCheckpointGoldenTests : GoldenTests<ClipCapCheckpointSuite>;

[Trait("Golden", "checkpoints")]
public sealed class ClipCapDataGoldenTests : GoldenTests<ClipCapDataSuite>;
