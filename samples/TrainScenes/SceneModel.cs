using ClipGpt2.Captioning;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Encoders.ResNet;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;

namespace TrainScenes;

/// <summary>A captioner from nothing: a small ModifiedResNet in CLIP's form, which learns shapes from fewer scenes than a transformer, a linear projector, and a small GPT-2.</summary>
internal sealed class SceneModel : IDisposable
{
    private const int ImageSize = 96;
    private const int EmbeddingDimension = 128;
    private const int HiddenSize = 96;
    private const int PrefixLength = 5;

    private static readonly ComputeOptions Training = new() { Trainable = true };

    private readonly ClipImageEncoder _encoder;
    private readonly LinearProjector _projector;
    private readonly Gpt2CaptionDecoder _decoder;

    private SceneModel(ClipImageEncoder encoder, LinearProjector projector, Gpt2CaptionDecoder decoder, Gpt2Tokenizer tokenizer)
    {
        (_encoder, _projector, _decoder) = (encoder, projector, decoder);
        Captioner = new Captioner(encoder, projector, decoder, tokenizer);
    }

    public Captioner Captioner { get; }

    /// <summary>Creates the model with fresh weights.</summary>
    /// <param name="seed">The same seed gives the same weights.</param>
    public static SceneModel Create(long seed)
    {
        var tokenizer = Gpt2Tokenizer.FromPretrained(Path.Combine(AppContext.BaseDirectory, "tokenizer"));
        var preprocessor = new ImagePreprocessor(new ImagePreprocessorOptions { ShortestEdge = ImageSize, CropSize = new ImageSize(ImageSize, ImageSize) });
        var encoder = new ModifiedResNetConfig([1, 1, 1, 1], Width: 16, Heads: 8, ImageSize, EmbeddingDimension);
        var projector = new ProjectorConfig
        {
            Kind = LinearProjector.Kind, PrefixLength = PrefixLength, EmbeddingDimension = EmbeddingDimension, HiddenSize = HiddenSize,
        };
        var decoder = new Gpt2Config
        {
            HiddenSize = HiddenSize, Layers = 2, Heads = 4, Positions = 40, VocabularySize = tokenizer.VocabularySize,
            EosTokenId = tokenizer.EndOfTextId, BosTokenId = tokenizer.EndOfTextId, EmbeddingDropout = 0, AttentionDropout = 0, ResidualDropout = 0,
        };
        return new SceneModel(
            ClipImageEncoder.CreateFreshResNet(encoder, preprocessor, seed, Training),
            LinearProjector.CreateFresh(projector, seed + 1, Training),
            new Gpt2CaptionDecoder(Gpt2Model.CreateFresh(decoder, seed + 2, Training), tokenizer),
            tokenizer);
    }

    public void Dispose()
    {
        Captioner.Dispose();
        _encoder.Dispose();
        _projector.Dispose();
        _decoder.Dispose();
    }
}
