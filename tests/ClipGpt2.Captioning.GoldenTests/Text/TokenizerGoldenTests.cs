using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Text;

[Trait("Golden", "tokenizers")]
public sealed class Gpt2EncodeGoldenTests : GoldenTests<Gpt2EncodeSuite>;

[Trait("Golden", "tokenizers")]
public sealed class Gpt2PaddingGoldenTests : GoldenTests<Gpt2PaddingSuite>;

[Trait("Golden", "tokenizers")]
public sealed class Gpt2DecodeGoldenTests : GoldenTests<Gpt2DecodeSuite>;
