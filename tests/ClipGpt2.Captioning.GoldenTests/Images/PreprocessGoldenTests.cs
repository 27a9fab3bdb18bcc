using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Images;

[Trait("Golden", "images")]
public sealed class ImagesGoldenTests : GoldenTests<ImagesSuite>;

[Trait("Golden", "preprocess")]
public sealed class DecodeGoldenTests : GoldenTests<DecodeSuite>;

[Trait("Golden", "preprocess")]
public sealed class BadImagesGoldenTests : GoldenTests<BadImagesSuite>;

[Trait("Golden", "preprocess")]
public sealed class ResizeGoldenTests : GoldenTests<ResizeSuite>;

[Trait("Golden", "preprocess")]
public sealed class OptionsGoldenTests : GoldenTests<OptionsSuite>;

[Trait("Golden", "preprocess")]
public sealed class ProcessorGoldenTests : GoldenTests<ProcessorSuite>;

[Trait("Golden", "preprocess")]
public sealed class OpenAiGoldenTests : GoldenTests<OpenAiSuite>;

[Trait("Golden", "preprocess")]
public sealed class ReferenceGoldenTests : GoldenTests<ReferenceSuite>;
