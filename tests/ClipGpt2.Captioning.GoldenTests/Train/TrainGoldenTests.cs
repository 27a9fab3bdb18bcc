using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Train;

[Trait("Golden", "train")]
public sealed class SubsetGoldenTests : GoldenTests<SubsetSuite>;

[Trait("Golden", "train")]
public sealed class ScheduleGoldenTests : GoldenTests<ScheduleSuite>;

[Trait("Golden", "train")]
public sealed class OptimizationGoldenTests : GoldenTests<OptimizationSuite>;

[Trait("Golden", "train")]
public sealed class ReferenceStepGoldenTests : GoldenTests<ReferenceStepSuite>;

[Trait("Golden", "train")]
public sealed class ClipCapStepGoldenTests : GoldenTests<ClipCapStepSuite>;

[Trait("Golden", "train")]
public sealed class EndToEndGoldenTests : GoldenTests<EndToEndSuite>;

[Trait("Golden", "train")]
public sealed class MiniRunGoldenTests : GoldenTests<MiniRunSuite>;

[Trait("Golden", "train")]
public sealed class LoraGoldenTests : GoldenTests<LoraSuite>;

[Trait("Golden", "train")]
public sealed class SelfCriticalGoldenTests : GoldenTests<SelfCriticalSuite>;
