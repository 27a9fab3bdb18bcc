using ClipGpt2.Captioning.Metrics;
using ClipGpt2.Captioning.Metrics.Bleu;
using ClipGpt2.Captioning.Metrics.Rouge;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Weights;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training;

/// <summary>Training on rewards.</summary>
[Collection(nameof(CountsTensors))]
public sealed class SelfCriticalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    public async Task Captions_become_better_and_no_tensor_is_left_behind(double temperature)
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var data = TinyTraining.Captions();
        await new CaptionTrainer(captioner, TinyTraining.Options(o => (o.Epochs, o.LearningRate) = (30, 3e-3))).TrainAsync(data);
        var rewards = new Rewards();
        var options = Options(o => (o.Epochs, o.BatchSize, o.SelfCritical!.Temperature) = (40, 8, temperature));
        options.Observers.Add(rewards);
        var before = CountsTensors.Settled();
        var result = await new CaptionTrainer(captioner, options).TrainAsync(data, data);
        Assert.Equal(before, torch.Tensor.TotalCount);
        Assert.Equal(40, result.Steps);
        Assert.Equal(40, rewards.Steps.Count);
        Assert.Equal(8, result.Run.TrainingExamples);
        Assert.Equal(rewards.Steps[^1..].Average(), result.History[^1].TrainReward!.Value, 1e-12);
        Assert.True(rewards.Steps[^10..].Average() > 1.4 * rewards.Steps[..10].Average());
    }

    [Theory]
    [InlineData(SelfCriticalBaseline.OtherSamples)]
    [InlineData(SelfCriticalBaseline.Greedy)]
    public async Task A_run_that_was_cancelled_and_resumed_ends_as_an_undisturbed_one(SelfCriticalBaseline baseline)
    {
        void Common(CaptionTrainerOptions o) => (o.Epochs, o.BatchSize, o.Optimization.AccumulatedBatches, o.SelfCritical!.Baseline) = (3, 2, 2, baseline);

        var undisturbed = await Train("undisturbed", Common);
        for (var step = 1; step <= 5; step += 2)
        {
            using var source = new CancellationTokenSource();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Train("resumed", o =>
            {
                Common(o);
                o.Checkpoints.Resume = step > 1;
                o.Observers.Add(new CancelAfter(step, source));
            }, source.Token));
        }

        var resumed = await Train("resumed", o =>
        {
            Common(o);
            o.Checkpoints.Resume = true;
        });
        Assert.Equal(6, resumed.Steps);
        Assert.All(undisturbed.History, epoch => Assert.True(epoch.TrainReward > 0 && epoch.TrainLoss != 0));
        Assert.Equal(undisturbed.History.Select(e => (e.TrainLoss, e.TrainReward)), resumed.History.Select(e => (e.TrainLoss, e.TrainReward)));
        Assert.Equal(File.ReadAllBytes(undisturbed.BestCheckpoint!), File.ReadAllBytes(resumed.BestCheckpoint!));
        var history = TrainingHistory.Read(Path.ChangeExtension(resumed.BestCheckpoint!, ".history.jsonl"));
        Assert.Equal(undisturbed.History.Select(e => e.TrainReward), history.Select(e => e.TrainReward));
    }

    [Fact]
    public async Task Another_seed_draws_other_captions_and_another_reward_cant_resume_a_run()
    {
        var first = await Train("first", o => o.Epochs = 1);
        var second = await Train("second", o => (o.Epochs, o.Seed) = (1, 43));
        Assert.NotEqual(first.History[0].TrainReward, second.History[0].TrainReward);
        var error = await Assert.ThrowsAsync<CheckpointFormatException>(() => Train("first", o => (o.SelfCritical!.Reward, o.Checkpoints.Resume) = (null, true)));
        Assert.Contains("SelfCritical.Reward was ROUGE-L and is none", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<CheckpointFormatException>(() => Train("first", o => (o.SelfCritical, o.Checkpoints.Resume) = (null, true)));
        Assert.Contains("SelfCritical.Samples was 10 and is not there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_score_of_any_metric_is_a_reward_if_it_is_a_number()
    {
        var known = await Train("run", o => (o.Epochs, o.SelfCritical!.Reward, o.SelfCritical.RewardKey) = (1, new BleuMetric(), "bleu_1"));
        var last = await Train("run", o => (o.Epochs, o.SelfCritical!.Reward) = (1, new BleuMetric()));
        Assert.True(known.History[0].TrainReward > last.History[0].TrainReward);
        var error = await Assert.ThrowsAsync<CaptioningException>(() => Train("run", o => (o.SelfCritical!.Reward, o.SelfCritical.RewardKey) = (new BleuMetric(), "bleu_5")));
        Assert.Contains("no score 'bleu_5'; it has 'bleu_1'", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<CaptioningException>(() => Train("run", o => o.SelfCritical!.Reward = new Undefined()));
        Assert.Contains("worth NaN: a reward must be a finite number", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_that_arent_finite_end_the_run_as_a_loss_does()
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var options = Options();
        options.Observers.Add(new PoisonAfterEpoch(captioner));
        var error = await Assert.ThrowsAsync<TrainingDivergedException>(() => new CaptionTrainer(captioner, options).TrainAsync(TinyTraining.Captions()));
        Assert.Contains("Step 3 (epoch 1): Weights aren't finite any more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_encoder_can_be_trained_too_and_only_full_batches_counted()
    {
        using var captioner = TinyTraining.LoadCaptioner(TrainableParts.All);
        var options = Options(o => (o.Epochs, o.BatchSize, o.Freezing.Encoder, o.Loading.DropLast) = (1, 3, false, true));
        var result = await new CaptionTrainer(captioner, options).TrainAsync(TinyTraining.Captions());
        Assert.Equal(2, result.Steps);
        options.BatchSize = 9;
        var error = await Assert.ThrowsAsync<CaptioningException>(() => new CaptionTrainer(captioner, options).TrainAsync(TinyTraining.Captions()));
        Assert.Contains("8 pictures don't fill one batch of 9", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_doesnt_go_together_is_said_at_once()
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var wrong = Options(o => (o.LabelSmoothing, o.Objective, o.SelfCritical!.Samples) = (0.1, CaptionObjective.Reference, 1));
        Assert.Equal(
            [
                "CaptionTrainerOptions: SelfCritical.Samples is 1; a single sample has no others, so it must be 2 or more, or SelfCritical.Baseline Greedy.",
                "CaptionTrainerOptions: Objective is reference; captions that the model draws end with one end token and have no padding, so with SelfCritical it must be corrected.",
                "CaptionTrainerOptions: LabelSmoothing is 0.1; captions that the model draws have no labels to smooth, so with SelfCritical it must be 0.",
            ],
            Assert.Throws<ConfigurationException>(() => new CaptionTrainer(captioner, wrong)).Errors);
        Assert.Equal(
            "CaptionTrainerOptions: SelfCritical.Temperature is 0; it must be a number from 0.01 to 100.",
            Assert.Throws<ConfigurationException>(() => new CaptionTrainer(captioner, Options(o => o.SelfCritical!.Temperature = 0))).Message);
        var error = await Assert.ThrowsAsync<CaptioningException>(() => new CaptionTrainer(captioner, Options()).TrainAsync(new TinyStream(TinyTraining.Captions())));
        Assert.Contains("SelfCritical needs all captions of a picture together, which a stream doesn't have", error.Message, StringComparison.Ordinal);
    }

    private async Task<TrainingResult> Train(string name, Action<CaptionTrainerOptions> change, CancellationToken token = default)
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var options = Options(o => (o.Checkpoints.Path, o.SelfCritical!.Reward) = (Path.Combine(_folder.Path, name, "model.pkl"), new RougeLMetric()));
        options.Observers.Add(new TrainingHistory());
        change(options);
        return await new CaptionTrainer(captioner, options).TrainAsync(TinyTraining.Captions(), token: token);
    }

    private static CaptionTrainerOptions Options(Action<CaptionTrainerOptions>? change = null)
    {
        var options = TinyTraining.Options(o => (o.LearningRate, o.SelfCritical) = (5e-4, new SelfCriticalOptions { Samples = 10, MaxNewTokens = 25 }));
        change?.Invoke(options);
        return options;
    }

    private sealed class CancelAfter(int step, CancellationTokenSource source) : ITrainingObserver
    {
        public void Stepped(TrainingProgress progress)
        {
            if (progress.Step == step)
            {
                source.Cancel();
            }
        }
    }

    private sealed class PoisonAfterEpoch(Captioner captioner) : ITrainingObserver
    {
        public void EpochEnded(IReadOnlyList<EpochFigures> history)
        {
            using var frozen = torch.no_grad();
            ((ITrainable)captioner.Projector).NamedParameters().First().Value.fill_(float.NaN);
        }
    }

    private sealed class Undefined : ICaptionMetric
    {
        public string Name => "Undefined";

        public MetricResult Evaluate(CaptionCorpus corpus, CancellationToken token = default) =>
            new(Name, [new MetricScore("undefined", double.NaN, [.. corpus.Images.Select(_ => double.NaN)])]);
    }

    private sealed class Rewards : ITrainingObserver
    {
        public List<double> Steps { get; } = [];

        public void Stepped(TrainingProgress progress) => Steps.Add(progress.Reward);
    }
}
