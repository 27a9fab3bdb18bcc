using ClipGpt2.Captioning.Tests.Weights;
using ClipGpt2.Captioning.Training;
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
    public async Task Equal_runs_write_equal_checkpoints_and_another_seed_does_not()
    {
        using var folder = new TemporaryFolder();
        var first = await Train(folder, "first", 42);
        var second = await Train(folder, "second", 42);
        var third = await Train(folder, "third", 43);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.NotEqual(File.ReadAllBytes(first), File.ReadAllBytes(third));
    }

    private static async Task<string> Train(TemporaryFolder folder, string name, long seed)
    {
        using var captioner = TinyTraining.LoadCaptioner();
        var data = TinyTraining.Captions();
        var options = TinyTraining.Options(o => (o.Seed, o.Checkpoints.Path) = (seed, Path.Combine(folder.Path, name, "model.pkl")));
        return (await new CaptionTrainer(captioner, options).TrainAsync(data, data)).BestCheckpoint!;
    }
}
