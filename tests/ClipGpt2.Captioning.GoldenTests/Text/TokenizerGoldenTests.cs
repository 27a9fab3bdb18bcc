using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Text;

[Trait("Golden", "tokenizers")]
public sealed class Gpt2EncodeGoldenTests : GoldenTests<Gpt2EncodeSuite>;

[Trait("Golden", "tokenizers")]
public sealed class Gpt2PaddingGoldenTests : GoldenTests<Gpt2PaddingSuite>;

[Trait("Golden", "tokenizers")]
public sealed class Gpt2DecodeGoldenTests : GoldenTests<Gpt2DecodeSuite>;

[Trait("Golden", "tokenizers")]
public sealed class ClipEncodeGoldenTests : GoldenTests<ClipEncodeSuite>;

[Trait("Golden", "tokenizers")]
public sealed class ClipPaddingGoldenTests : GoldenTests<ClipPaddingSuite>;

[Trait("Golden", "tokenizers")]
public sealed class ClipDecodeGoldenTests : GoldenTests<ClipDecodeSuite>;

[Trait("Golden", "tokenizers")]
public sealed class RobertaEncodeGoldenTests : GoldenTests<RobertaEncodeSuite>;

[Trait("Golden", "tokenizers")]
public sealed class RobertaPairsGoldenTests : GoldenTests<RobertaPairsSuite>;

[Trait("Golden", "tokenizers")]
public sealed class RobertaDecodeGoldenTests : GoldenTests<RobertaDecodeSuite>;

[Trait("Golden", "tokenizers")]
public sealed class BertEncodeGoldenTests : GoldenTests<BertEncodeSuite>;

[Trait("Golden", "tokenizers")]
public sealed class BertPairsGoldenTests : GoldenTests<BertPairsSuite>;

[Trait("Golden", "tokenizers")]
public sealed class BertDecodeGoldenTests : GoldenTests<BertDecodeSuite>;
