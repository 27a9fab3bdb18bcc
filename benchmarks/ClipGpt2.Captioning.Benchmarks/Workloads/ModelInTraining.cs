using ClipGpt2.Captioning.Benchmarks.Peers;
using ClipGpt2.Captioning.Decoding;
using ClipGpt2.Captioning.Decoding.Gpt2;
using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Objectives;
using TorchSharp;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>A captioner of full size that makes one training step after the other on one batch.</summary>
internal sealed class ModelInTraining : IDisposable
{
    private const long Seed = 17;
    private const double LearningRate = 1e-5;

    private readonly TrainingForm _form;
    private readonly IPrefixProjector _projector;
    private readonly Gpt2CaptionDecoder _decoder;
    private readonly Captioner _captioner;
    private readonly TrainingStep _step;
    private readonly TrainingBatch _batch;
    private long _passes;

    public ModelInTraining(FullSizeModels models, TrainingForm form, Precision precision)
    {
        var compute = new ComputeOptions { Precision = precision, Trainable = true };
        _form = form;
        _projector = CreateProjector(form.ProjectorSizes, compute);
        using (var source = models.Gpt2Tensors())
        {
            _decoder = new Gpt2CaptionDecoder(Gpt2Model.Create(new Gpt2Config(), source, compute));
        }

        var tokenizer = Gpt2Tokenizer.FromPretrained(Path.Combine(BenchmarkFolders.Golden, "tokenizers", "gpt2"));
        _captioner = new Captioner(new EmbeddingsOnly(), _projector, _decoder, tokenizer);
        TrainedAdapters.Add(_captioner, new() { Lora = form.Lora, Seed = Seed });
        _step = new TrainingStep(new TrainedModel(_captioner, form.Freezing), new(), LearningRate);
        _batch = CreateBatch(form, tokenizer);
    }

    /// <summary>Makes a step and returns the loss before it.</summary>
    public double Step() => _step.Run([_batch], rateFactor: 1, _ => Dropout()).Loss;

    public void Dispose()
    {
        _step.Dispose();
        _captioner.Dispose();
        _decoder.Dispose();
        _projector.Dispose();
    }

    private DropoutMasks? Dropout() => _form.HasDropout ? new DropoutMasks(Seed, _passes++) { InFrozenParts = _form.Freezing.DropoutInFrozenParts } : null;

    private static IPrefixProjector CreateProjector(ProjectorConfig sizes, ComputeOptions compute) => sizes.Kind switch
    {
        TransformerProjector.Kind => TransformerProjector.CreateFresh(sizes, Seed, compute),
        MlpProjector.Kind => MlpProjector.CreateFresh(sizes, Seed, compute),
        _ => LinearTanhProjector.CreateFresh(sizes, Seed, compute),
    };

    /// <summary>Captions of the form's length, whose tokens all count.</summary>
    private static TrainingBatch CreateBatch(TrainingForm form, Gpt2Tokenizer tokenizer)
    {
        var random = new Random(1);
        var captions = Enumerable.Range(0, form.BatchSize)
            .Select(_ => (ReadOnlyMemory<int>)Enumerable.Range(0, form.Tokens).Select(_ => random.Next(1, Gpt2Peer.Vocabulary)).ToArray())
            .ToList();
        var targets = CaptionObjective.Reference.Targets(tokenizer, form.Tokens);
        var embeddings = UniformRule.Values(form.BatchSize * ClipPeer.EmbeddingDimension, seed: 7);
        return new(new PictureBatch(embeddings, [form.BatchSize, ClipPeer.EmbeddingDimension]), CaptionBatch.Create(captions, targets, form.PrefixLength));
    }

    /// <summary>Stands for an encoder whose embeddings were all computed before.</summary>
    private sealed class EmbeddingsOnly : IImageEncoder
    {
        public FeatureShape Features => new(ClipPeer.EmbeddingDimension);

        public ImagePreprocessor Preprocessor => ImagePreprocessor.ClipVitBasePatch32;

        public torch.Tensor Encode(torch.Tensor pixels) => throw new NotSupportedException("Embeddings are given.");

        public void Dispose()
        {
        }
    }
}
