using ClipGpt2.Captioning.GoldenTests.Harness;

namespace ClipGpt2.Captioning.GoldenTests.Transformers5;

[Trait("Golden", "transformers5")]
public sealed class AttentionGoldenTests : GoldenTests<AttentionSuite>;

[Trait("Golden", "transformers5")]
public sealed class HeadGoldenTests : GoldenTests<HeadSuite>;

[Trait("Golden", "transformers5")]
public sealed class PaddedVocabularyGoldenTests : GoldenTests<PaddedVocabularySuite>;

[Trait("Golden", "transformers5")]
public sealed class GenerationConfigGoldenTests : GoldenTests<GenerationConfigSuite>;

[Trait("Golden", "transformers5")]
public sealed class BadGenerationConfigGoldenTests : GoldenTests<BadGenerationConfigSuite>;

[Trait("Golden", "transformers5")]
public sealed class TokenizeGoldenTests : GoldenTests<TokenizeSuite>;

[Trait("Golden", "transformers5")]
public sealed class TokenizerFolderGoldenTests : GoldenTests<TokenizerFolderSuite>;

[Trait("Golden", "transformers5")]
public sealed class GenerateV5GoldenTests : GoldenTests<GenerateV5Suite>;

[Trait("Golden", "transformers5")]
public sealed class WeightFilesGoldenTests : GoldenTests<WeightFilesSuite>;

[Trait("Golden", "transformers5")]
public sealed class ModelsGoldenTests : GoldenTests<ModelsSuite>;

[Trait("Golden", "transformers5")]
public sealed class ConfigsGoldenTests : GoldenTests<ConfigsSuite>;

[Trait("Golden", "transformers5")]
public sealed class ForwardV5GoldenTests : GoldenTests<ForwardV5Suite>;

[Trait("Golden", "transformers5")]
public sealed class TokenizerFilesGoldenTests : GoldenTests<TokenizerFilesSuite>;

[Trait("Golden", "transformers5")]
public sealed class ProcessorFilesGoldenTests : GoldenTests<ProcessorFilesSuite>;
