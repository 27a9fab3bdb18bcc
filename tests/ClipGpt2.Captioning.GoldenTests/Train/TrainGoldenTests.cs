using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Train;

[Trait("Golden", "train")]
public sealed class SubsetGoldenTests : GoldenTests<SubsetSuite>;

[Trait("Golden", "train")]
public sealed class ScheduleGoldenTests : GoldenTests<ScheduleSuite>;

[Trait("Golden", "train")]
public sealed class OptimizationGoldenTests : GoldenTests<OptimizationSuite>;
