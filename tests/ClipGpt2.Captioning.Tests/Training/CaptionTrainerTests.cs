using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Objectives;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Training;

[Collection(nameof(CountsTensors))]
public sealed class CaptionTrainerTests
{
    [Fact]
    public async Task Training_lowers_the_loss_and_leaves_no_tensor_behind()
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var data = TinyTraining.Captions();
        var before = CountsTensors.Settled();
        var result = await new CaptionTrainer(captioner, TinyTraining.Options(o => o.Epochs = 4)).TrainAsync(data, data);
        Assert.Equal(before, torch.Tensor.TotalCount);
        Assert.Equal(TrainingEnd.Completed, result.End);
        Assert.Equal(4, result.History.Count);
        Assert.Equal(16, result.Steps);
        Assert.True(result.History[3].TrainLoss < 0.8 * result.History[0].TrainLoss);
        Assert.True(result.History[3].ValidationLoss < result.History[0].ValidationLoss);
    }

    [Fact]
    public async Task An_objective_of_a_hosts_own_is_trained_by()
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var seen = new List<string>();
        var own = new CaptionObjective("first-words", (_, maxTokens) => new FirstWords(maxTokens, seen));
        var result = await new CaptionTrainer(captioner, TinyTraining.Options(o => (o.Epochs, o.Objective) = (1, own))).TrainAsync(TinyTraining.Captions());
        Assert.NotEmpty(seen);
        Assert.Contains(result.Run.Configuration, option => option is { Key: "Objective", Value: "first-words" });
        Assert.True(double.IsFinite(result.History[0].TrainLoss));
    }

    [Fact]
    public async Task Equal_runs_write_equal_checkpoints_and_another_seed_does_not()
    {
        using var folder = new TemporaryFolder();
        var first = await Train(folder, "first", 42);
        var second = await Train(folder, "second", 42);
        var third = await Train(folder, "third", 43);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.NotEqual(File.ReadAllBytes(first), File.ReadAllBytes(third));
    }

    [Theory]
    [InlineData(false, 1, 4)]
    [InlineData(false, 2, 4)]
    [InlineData(true, 1, 3)]
    [InlineData(true, 2, 3)]
    public async Task The_last_batch_is_left_out_on_demand_if_it_is_not_full(bool dropLast, int buckets, long steps)
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var options = TinyTraining.Options(o => (o.Epochs, o.BatchSize, o.Loading.DropLast, o.Loading.BucketBatches, o.Freezing.Decoder) = (1, 5, dropLast, buckets, true));
        var (fromData, fromStream) = (TinyTraining.Captions(), new TinyStream(TinyTraining.Captions()));
        Assert.Equal(steps, (await new CaptionTrainer(captioner, options).TrainAsync(fromData)).Steps);
        Assert.Equal(steps, (await new CaptionTrainer(captioner, options).TrainAsync(fromStream)).Steps);
    }

    [Fact]
    public async Task Fewer_examples_than_a_batch_are_too_few_if_the_last_one_is_left_out()
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var options = TinyTraining.Options(o => (o.BatchSize, o.Loading.DropLast) = (17, true));
        var error = await Assert.ThrowsAsync<CaptioningException>(() => new CaptionTrainer(captioner, options).TrainAsync(TinyTraining.Captions()));
        Assert.Contains("16 examples don't fill one batch of 17, and Loading.DropLast", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_norm_that_is_clipped_is_the_one_that_was_asked_for()
    {
        var norms = new List<double>();
        foreach (var type in (double[])[1, 2, 3, double.PositiveInfinity])
        {
            using var captioner = TinyTraining.LoadCaptioner();
            var options = TinyTraining.Options(o => (o.MaxSteps, o.Optimization.MaxGradientNorm, o.Optimization.GradientNormType) = (1, 1, type));
            var seen = new Norms();
            await new CaptionTrainer(captioner, options).TrainAsync(TinyTraining.Captions(), progress: seen);
            norms.Add(seen.Last);
        }

        // Of one and the same gradient a higher power's norm is the smaller.
        Assert.True(norms[0] > 2 * norms[1] && norms[1] > 1.1 * norms[2] && norms[2] > 1.1 * norms[3] && norms[3] > 0, string.Join(' ', norms));
    }

    private static async Task<string> Train(TemporaryFolder folder, string name, long seed)
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var data = TinyTraining.Captions();
        var options = TinyTraining.Options(o => (o.Seed, o.Checkpoints.Path) = (seed, Path.Combine(folder.Path, name, "model.pkl")));
        return (await new CaptionTrainer(captioner, options).TrainAsync(data, data)).BestCheckpoint!;
    }

    private sealed class Norms : IProgress<TrainingProgress>
    {
        public double Last { get; private set; }

        public void Report(TrainingProgress value) => Last = double.IsNaN(value.GradientNorm) ? Last : value.GradientNorm;
    }

    private sealed class FirstWords(int maxTokens, List<string> seen) : CaptionTargets(0)
    {
        protected override int[] Build(int[] text)
        {
            seen.Add($"{text.Length}");
            return text[..Math.Min(2, maxTokens)];
        }
    }
}
