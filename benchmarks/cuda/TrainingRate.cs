using ClipGpt2.Captioning.Encoders;
using ClipGpt2.Captioning.GoldenTests.Harness;
using ClipGpt2.Captioning.Images;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Objectives;
using TorchSharp;

namespace ClipGpt2.Captioning.Cuda;

/// <summary>Steps of training from embeddings to new weights: projector and all of GPT-2, the reference program's loss, Adam.</summary>
internal static class TrainingRate
{
    private const int OnGpu = 64;
    private const int OnCpu = 4;
    private const int Tokens = 20;
    private const double LearningRate = 1e-5;

    /// <summary>Of every position the outputs, the gradients on the way down and those of the weights.</summary>
    public const double FlopsPerSample = 6.0 * (FullSize.PrefixLength + Tokens) * (FullSize.BlockWeights + FullSize.HeadWeights);

    /// <summary>Samples a second.</summary>
    public static double Measure(DeviceClock clock, ComputeOptions compute)
    {
        var trainable = compute with { Trainable = true };
        using var projector = FullSize.Projector(trainable);
        using var decoder = FullSize.Decoder(trainable);
        var tokenizer = Gpt2Tokenizer.FromPretrained(GoldenRoot.Path("tokenizers/gpt2"));
        using var captioner = new Captioner(new EmbeddingsOnly(), projector, decoder, tokenizer);
        using var step = new TrainingStep(new TrainedModel(captioner, new FreezingOptions()), new(), LearningRate);
        var size = compute.IsCuda ? OnGpu : OnCpu;
        var batch = Batch(tokenizer, size);
        return size / clock.Seconds(() => step.Run([batch], rateFactor: 1));
    }

    private static TrainingBatch Batch(Gpt2Tokenizer tokenizer, int size)
    {
        var random = new Random(1);
        var captions = Enumerable.Range(0, size)
            .Select(_ => (ReadOnlyMemory<int>)Enumerable.Range(0, Tokens).Select(_ => random.Next(1, FullSize.Vocabulary)).ToArray())
            .ToList();
        var embeddings = Enumerable.Range(0, size * FullSize.EmbeddingDimension).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var targets = CaptionObjective.Reference.Targets(tokenizer, Tokens);
        return new(new PictureBatch(embeddings, [size, FullSize.EmbeddingDimension]), CaptionBatch.Create(captions, targets, FullSize.PrefixLength));
    }

    /// <summary>Stands for an encoder whose embeddings were all computed before.</summary>
    private sealed class EmbeddingsOnly : IImageEncoder
    {
        public FeatureShape Features => new(FullSize.EmbeddingDimension);

        public ImagePreprocessor Preprocessor => ImagePreprocessor.ClipVitBasePatch32;

        public torch.Tensor Encode(torch.Tensor pixels) => throw new NotSupportedException("Embeddings are given.");

        public void Dispose()
        {
        }
    }
}
