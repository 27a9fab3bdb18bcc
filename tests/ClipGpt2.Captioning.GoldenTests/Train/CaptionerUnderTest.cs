using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Parts;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Optimization;
using ClipGpt2.Captioning.Weights;

namespace ClipGpt2.Captioning.GoldenTests.Train;

/// <summary>The captioner that the folder's steps start from, without dropout as they have it, and its weights under the golden files' names.</summary>
internal sealed class CaptionerUnderTest : IDisposable
{
    private const string DecoderPath = "models/tiny-gpt2-random";

    private readonly ClipImageEncoder _encoder;
    private readonly LayeredProjector _projector;
    private readonly Gpt2CaptionDecoder _decoder;

    /// <param name="projector">The projector's first weights.</param>
    /// <param name="kind">The projector's kind and sizes.</param>
    /// <param name="freezing">What isn't trained.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="decoderPath">The decoder's folder.</param>
    public CaptionerUnderTest(
        GoldenWeights projector, Func<GoldenWeights, int, ProjectorConfig> kind, FreezingOptions freezing, string device, string decoderPath = DecoderPath)
    {
        var trainable = new ComputeOptions { Device = device, Trainable = true };
        var tokenizer = Gpt2Tokenizer.FromPretrained(GoldenRoot.Path(decoderPath));
        using var encoder = ModelFolder.Open(GoldenRoot.Path("models/tiny-clip"));
        _encoder = ClipImageEncoder.Load(encoder, trainable with { Trainable = !freezing.Encoder });
        using var decoder = ModelFolder.Open(GoldenRoot.Path(decoderPath));
        var config = Gpt2Config.Read(decoder.Config) with { Compatibility = ModelCompatibility.Transformers4, EmbeddingDropout = 0, AttentionDropout = 0, ResidualDropout = 0 };
        _decoder = new Gpt2CaptionDecoder(Gpt2Model.Create(config, decoder.Weights, trainable), tokenizer);
        using var weights = new WeightLoader(projector, trainable);
        _projector = Create(kind(projector, config.HiddenSize), weights);
        Captioner = new Captioner(_encoder, _projector, _decoder, tokenizer);
        Model = new TrainedModel(Captioner, freezing);
    }

    /// <summary>The reference program's projector of the folder's common data.</summary>
    public static CaptionerUnderTest Seed(FreezingOptions freezing, string device) => Seed(freezing, device, GoldenTensorFile.Open("train/data.safetensors"), "projector_init/", DecoderPath);

    /// <summary>A projector of the reference program's kind before another decoder.</summary>
    public static CaptionerUnderTest Seed(FreezingOptions freezing, string device, GoldenTensorFile projector, string namePrefix, string decoderPath) =>
        new(new GoldenWeights(projector, namePrefix), (source, hidden) => ProjectorInference.Find(source, "", hidden), freezing, device, decoderPath);

    public Captioner Captioner { get; }

    public TrainedModel Model { get; }

    /// <summary>All weights, also those that are frozen.</summary>
    /// <param name="encoder">What the encoder's names begin with; null for none of them.</param>
    /// <param name="projector">What the projector's names begin with.</param>
    /// <param name="decoder">What the decoder's names begin with.</param>
    public IReadOnlyList<TrainedWeight> Weights(string? encoder, string projector, string decoder) =>
    [
        .. encoder is null ? [] : _encoder.NamedParameters().Select(p => new TrainedWeight(encoder + p.Key, p.Value, PartRole.Encoder)),
        .. _projector.NamedParameters().Select(p => new TrainedWeight(projector + p.Key, p.Value, PartRole.Projector)),
        .. _decoder.NamedParameters().Select(p => new TrainedWeight(decoder + p.Key, p.Value, PartRole.Decoder)),
    ];

    /// <summary>Embeddings and tokens of some examples as the trainer's batches have them.</summary>
    public TrainingBatch Batch(GoldenTensor pictures, IEnumerable<int[]> captions, CaptionObjective objective, int maxTokens)
    {
        var targets = objective.Targets(Captioner.Tokenizer, maxTokens);
        var tokens = CaptionBatch.Create([.. captions.Select(c => (ReadOnlyMemory<int>)c)], targets, _projector.PrefixLength);
        return new TrainingBatch(new PictureBatch(pictures.Floats.ToArray(), pictures.Shape), tokens);
    }

    /// <summary>Rows of integers.</summary>
    public static int[][] Rows(GoldenTensor tensor)
    {
        var width = (int)tensor.Shape[^1];
        return [.. tensor.Longs.ToArray().Select(v => (int)v).Chunk(width)];
    }

    public void Dispose()
    {
        Captioner.Dispose();
        _encoder.Dispose();
        _projector.Dispose();
        _decoder.Dispose();
    }

    private static LayeredProjector Create(ProjectorConfig config, WeightLoader weights) => config.Kind switch
    {
        LinearTanhProjector.Kind => LinearTanhProjector.Create(config, weights),
        MlpProjector.Kind => MlpProjector.Create(config, weights),
        TransformerProjector.Kind => TransformerProjector.Create(config, weights),
        var kind => throw new InvalidOperationException($"No case trains a projector of kind '{kind}'."),
    };
}
