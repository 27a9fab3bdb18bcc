using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Checkpoints;

[Trait("Golden", "checkpoints")]
public sealed class ReferenceCheckpointGoldenTests : GoldenTests<ReferenceCheckpointSuite>;

[Trait("Golden", "checkpoints")]
public sealed class ReferenceFileGoldenTests : GoldenTests<ReferenceFileSuite>;

[Trait("Golden", "checkpoints")]
public sealed class ClipCapCheckpointGoldenTests : GoldenTests<ClipCapCheckpointSuite>;

[Trait("Golden", "checkpoints")]
public sealed class ClipCapDataGoldenTests : GoldenTests<ClipCapDataSuite>;
