using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Forward;

[Trait("Golden", "forward")]
public sealed class SiglipForwardTests : GoldenTests<SiglipForwardSuite>;
