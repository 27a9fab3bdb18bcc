using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.VisionEncoderDecoder;

[Trait("Golden", "vision_encoder_decoder")]
public sealed class VisionEncoderDecoderGoldenTests : GoldenTests<VisionForwardSuite>;

[Trait("Golden", "vision_encoder_decoder")]
public sealed class VisionGenerateGoldenTests : GoldenTests<VisionGenerateSuite>;
