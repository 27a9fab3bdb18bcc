using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Cuda;

/// <summary>ViT-B/32, the reference program's projector and GPT-2 small, with weights that were drawn: speed doesn't depend on what they are.</summary>
internal static class FullSize
{
    public const int PrefixLength = 10;
    public const int EmbeddingDimension = 512;
    public const int Vocabulary = 50257;

    // Of all linear layers, and of attention's products in ViT.
    public const double FlopsPerImage = 8.82e9;
    public const double BlockWeights = 12.0 * 12 * HiddenSize * HiddenSize;
    public const double HeadWeights = (double)Vocabulary * HiddenSize;

    private const int HiddenSize = 768;
    private const long Seed = 17;

    private static readonly ProjectorConfig Projection = new()
    {
        Kind = LinearTanhProjector.Kind, PrefixLength = PrefixLength, EmbeddingDimension = EmbeddingDimension, HiddenSize = HiddenSize,
    };

    public static ClipImageEncoder Encoder(ComputeOptions compute) =>
        ClipImageEncoder.CreateFresh(new ClipVisionConfig { ImageSize = 224, ProjectionSize = EmbeddingDimension }, ImagePreprocessor.ClipVitBasePatch32, Seed, compute);

    public static LinearTanhProjector Projector(ComputeOptions compute) => LinearTanhProjector.CreateFresh(Projection, Seed, compute);

    public static Gpt2CaptionDecoder Decoder(ComputeOptions compute) => new(Gpt2Model.CreateFresh(new Gpt2Config(), Seed, compute));
}
