using ClipGpt2.Captioning.Metrics.Rouge;
using ClipGpt2.Captioning.Projectors;
using ClipGpt2.Captioning.Tests.Decoding;
using ClipGpt2.Captioning.Text;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Objectives;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Training;

/// <summary>Training of a decoder that reads visual tokens beside its text.</summary>
[Collection(nameof(CountsTensors))]
public sealed class BesideTrainingTests
{
    private const int Hidden = 6;

    [Theory]
    [InlineData("corrected")]
    [InlineData("reference")]
    [InlineData("clipcap")]
    public void Each_token_is_foretold_from_the_start_token_and_those_before_it(string objective)
    {
        using var sample = SampleCaptioner.Load();
        using var parts = new Parts(sample);
        using var scope = NewDisposeScope();
        var targets = new CaptionObjectives()[objective].Targets(sample.Tokenizer, maxTokens: 6);
        int[][] captions = [.. targets.Build([[11, 12, 13], [5], [21, 22, 23, 24, 25, 26, 27]])];
        var size = parts.Captioner.Encoder.Features.Size;
        using var generator = new Generator(4, CPU);
        var pictures = new PictureBatch(randn(3, size, generator: generator).data<float>().ToArray(), [3, size]);
        var batch = new TrainingBatch(pictures, CaptionBatch.Create([.. captions.Select(c => (ReadOnlyMemory<int>)c)], targets, parts.Captioner.VisualPositions));
        var model = new TrainedModel(parts.Captioner, new FreezingOptions());
        var expected = new List<double>();
        var visual = parts.Captioner.Projector.Project(pictures.ToTensor());
        for (var row = 0; row < captions.Length; row++)
        {
            long[] read = [parts.Start, .. captions[row].Select(token => (long)token)];
            var chances = parts.Decoder.Model.Logits(visual.narrow(0, row, 1), tensor(read).unsqueeze(0)).log_softmax(-1); // [1, 1 + T, V]
            expected.AddRange(captions[row].Select((token, i) => (double)-chances[0, i, token].item<float>()).Where((_, i) => targets.Counts(captions[row][i])));
        }

        Assert.Equal(expected.Count, batch.Captions.Labels.Length);
        Assert.Equal(expected.Average(), model.Loss(batch, expected.Count), 1e-5);
        Assert.Equal(expected.Average(), model.Backward(batch, expected.Count), 1e-5);
    }

    [Fact]
    public async Task A_run_lowers_the_loss_and_writes_captions()
    {
        using var sample = SampleCaptioner.Load();
        using var parts = new Parts(sample);
        var data = TinyTraining.Captions();
        var before = CountsTensors.Settled();
        var options = TinyTraining.Options(o => (o.Epochs, o.LearningRate) = (6, 3e-2));
        options.Evaluation.Metrics.Add(new RougeLMetric());
        var result = await new CaptionTrainer(parts.Captioner, options).TrainAsync(data, data);
        Assert.Equal(before, Tensor.TotalCount);
        Assert.True(result.History[^1].ValidationLoss < 0.7 * result.History[0].ValidationLoss, $"{result.History[0].ValidationLoss} {result.History[^1].ValidationLoss}");
        Assert.NotEmpty(result.History[^1].Metrics);
        Assert.All(parts.Decoder.Model.Prompts, prompt => Assert.Equal([parts.Start], prompt));
    }

    /// <summary>The sample captioner's encoder and tokenizer before a projector and a decoder of this test's.</summary>
    private sealed class Parts : IDisposable
    {
        private readonly LinearProjector _projector;

        public Parts(Captioner sample)
        {
            var tokenizer = (Gpt2Tokenizer)sample.Tokenizer;
            Start = tokenizer.EndOfTextId;
            _projector = LinearProjector.CreateFresh(
                new() { Kind = LinearProjector.Kind, PrefixLength = 3, EmbeddingDimension = sample.Encoder.Features.Size, HiddenSize = Hidden }, seed: 1, new() { Trainable = true });
            Decoder = new(new BesideModel(tokenizer.VocabularySize, Hidden, seed: 2), Start, tokenizer, Start);
            Captioner = new Captioner(sample.Encoder, _projector, Decoder, tokenizer);
        }

        public int Start { get; }

        public BesideDecoder Decoder { get; }

        public Captioner Captioner { get; }

        public void Dispose()
        {
            Captioner.Dispose();
            Decoder.Dispose();
            _projector.Dispose();
        }
    }
}
