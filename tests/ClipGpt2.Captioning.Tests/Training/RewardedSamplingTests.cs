using ClipGpt2.Captioning.Metrics.Rouge;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Batches;
using ClipGpt2.Captioning.Training.Objectives;
using ClipGpt2.Captioning.Training.Rewards;
using TorchSharp;
using static TorchSharp.torch;

namespace ClipGpt2.Captioning.Tests.Training;

/// <summary>What is drawn, and the loss that is made of it.</summary>
public sealed class RewardedSamplingTests : IDisposable
{
    private const int Pictures = 3;
    private const int Samples = 4;
    private const int MaxNewTokens = 12;

    private readonly Captioner _captioner = TinyTraining.LoadCaptioner();

    public void Dispose() => _captioner.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(0.7)]
    public void The_loss_is_that_of_the_distribution_that_was_drawn_from(double temperature)
    {
        using var scope = NewDisposeScope();
        var (sampling, model, _) = Create(temperature);
        var batch = sampling.Draw([Batch(0, 1, 2)], 0, TestContext.Current.CancellationToken).Batches[0];
        Assert.Equal(Enumerable.Range(0, Pictures * Samples).Select(row => (long)(row / Samples)), batch.Pictures.Rows);

        var captions = Captions(batch);
        var advantages = captions.Select(caption => batch.Captions.Weights![caption.First]).ToArray();
        Assert.All(advantages.Chunk(Samples), picture => Assert.Equal(0, picture.Sum(), 1e-12));
        var loss = captions.Select((caption, row) => advantages[row] * NegativeLogProbability(batch, row, caption.Tokens, temperature)).Sum() / batch.Captions.Labels.Length;
        Assert.NotEqual(0, loss);
        Assert.Equal(loss, model.Backward(batch, batch.Captions.Labels.Length), 1e-5);
    }

    [Fact]
    public void Rewards_can_be_compared_with_the_greedy_captions()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (sampling, _, reward) = Create(1, SelfCriticalBaseline.Greedy);
        var (drawn, mean) = sampling.Draw([Batch(0, 1, 2)], 0, TestContext.Current.CancellationToken);
        var prefix = _captioner.Projector.Project(drawn[0].Pictures.ToTensor());
        var greedy = _captioner.Decoder.Decode(prefix, new() { Beams = 1, MaxNewTokens = MaxNewTokens }, TestContext.Current.CancellationToken);
        var captions = Captions(drawn[0]);
        Assert.Equal(mean, captions.Select((caption, row) => Reward(row / Samples, caption.Tokens)).Average(), 1e-12);
        Assert.All(captions.Select((caption, row) => (caption, row / Samples)), sample => Assert.Equal(
            Reward(sample.Item2, sample.caption.Tokens) - Reward(sample.Item2, greedy[sample.Item2][0].TokenIds), drawn[0].Captions.Weights![sample.caption.First], 1e-12));

        double Reward(int picture, IReadOnlyList<int> tokens) => reward.Of([picture], [TokenizedCaptions.Decode(_captioner.Tokenizer, tokens)], CancellationToken.None)[0];
    }

    [Fact]
    public void What_a_picture_gets_depends_on_seed_step_and_picture_alone()
    {
        using var scope = NewDisposeScope();
        var (sampling, _, _) = Create(1);
        Assert.Equal(Tokens(sampling, 5, 0, 1, 2), Tokens(sampling, 5, 0, 1, 2));
        Assert.Equal(Tokens(sampling, 5, 0, 1, 2)[Samples..(2 * Samples)], Tokens(sampling, 5, 1));
        Assert.NotEqual(Tokens(sampling, 5, 1), Tokens(sampling, 6, 1));
    }

    private (RewardedSampling Sampling, TrainedModel Model, CaptionReward Reward) Create(double temperature, SelfCriticalBaseline baseline = SelfCriticalBaseline.OtherSamples)
    {
        var options = TinyTraining.Options(o => o.SelfCritical = new()
        {
            Samples = Samples, Temperature = temperature, Baseline = baseline, MaxNewTokens = MaxNewTokens, Reward = new RougeLMetric(),
        });
        var targets = options.Objective.Targets(_captioner.Tokenizer, options.MaxTextTokens);
        var data = TinyTraining.Captions(Pictures);
        var captions = TokenizedCaptions.Create(data, [.. Enumerable.Range(0, data.Count)], _captioner.Tokenizer, targets, CancellationToken.None);
        var model = new TrainedModel(_captioner, options.Freezing) { Temperature = temperature };
        var reward = CaptionReward.Create(captions, data, options.SelfCritical!);
        return (new(_captioner, model, options, reward, targets), model, reward);
    }

    private TrainingBatch Batch(params int[] pictures)
    {
        var size = _captioner.Encoder.Features.Size;
        float[] values = [.. pictures.SelectMany(picture => Enumerable.Range(0, size).Select(i => MathF.Sin((picture * 31) + i)))];
        return new TrainingBatch(new PictureBatch(values, [pictures.Length, size]), CaptionBatch.None) { PictureNumbers = pictures };
    }

    private List<int[]> Tokens(RewardedSampling sampling, long step, params int[] pictures) =>
        [.. Captions(sampling.Draw([Batch(pictures)], step, CancellationToken.None).Batches[0]).Select(caption => caption.Tokens)];

    /// <summary>The drawn captions, each with the place of its first label; a caption's positions follow each other, and rows don't.</summary>
    private List<(int First, int[] Tokens)> Captions(TrainingBatch batch)
    {
        var width = _captioner.Projector.PrefixLength + batch.Captions.Width;
        return [
            .. batch.Captions.Outputs.Select((position, i) => (Row: position / width, Index: i))
                .GroupBy(place => place.Row)
                .Select(row => (row.First().Index, row.Select(place => (int)batch.Captions.Labels[place.Index]).ToArray())),
        ];
    }

    private double NegativeLogProbability(TrainingBatch batch, int row, int[] tokens, double temperature)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var prefix = _captioner.Projector.Project(batch.Pictures.ToTensor()).narrow(0, batch.Pictures.Rows![row], 1);
        var ids = tensor(tokens, ScalarType.Int64);
        var logits = _captioner.Decoder.Forward(prefix, ids.unsqueeze(0))[0].narrow(0, prefix.shape[1] - 1, tokens.Length);
        return -logits.Times(1 / temperature).log_softmax(-1).gather(1, ids.unsqueeze(1)).sum().item<float>();
    }
}
