using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Weights;

[Trait("Golden", "checkpoints")]
public sealed class OpenAiClipGoldenTests : GoldenTests<OpenAiClipSuite>;
