using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Weights.PyTorch;

[Trait("Golden", "checkpoints")]
public sealed class FormatsGoldenTests : GoldenTests<FormatsSuite>;
