using System.Text.Json;
using ClipGpt2.Captioning.Reports.Tests;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Tests.Training;

public sealed class TrainingHistoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    private string Beside => Path.Combine(_folder, $"{FakeTrainer.RunName}.history.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_epoch_is_a_line_beside_the_model()
    {
        new FakeTrainer { Folder = _folder }.Run(new TrainingHistory());
        Assert.Equal(
            """{"epoch":1,"step":8,"train_loss":1.5221609477124183,"validation_loss":1.5,"bertscore_precision":0.8745,"bertscore_recall":0.887,"bertscore_f1":0.8801,"seconds":1.5,"learning_rate":0.001,"is_best":true,"cider":0.1}""",
            File.ReadLines(Beside).ElementAt(1));
        Assert.Equal([0, 1, 2], File.ReadLines(Beside).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("epoch").GetInt32()));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Rewards_follow_the_loss_where_there_are_some()
    {
        var history = new FakeTrainer { Folder = _folder, Reward = step => step / 4.0 }.Run(new TrainingHistory()).History;
        Assert.Contains(",\"train_reward\":0.625,\"validation_loss\":", File.ReadLines(Beside).First(), StringComparison.Ordinal);
        Assert.Equal(history.Select(e => e.TrainReward), TrainingHistory.Read(Beside).Select(e => e.TrainReward));
    }

    [Fact]
    public void What_is_written_can_be_read_again()
    {
        var history = new FakeTrainer { Folder = _folder }.Run(new TrainingHistory()).History;
        var read = TrainingHistory.Read(Beside);
        Assert.Equal(history.Select(e => e with { Metrics = NoMetrics }), read.Select(e => e with { Metrics = NoMetrics }));
        Assert.All(history.Zip(read), pair => Assert.Equal(pair.First.Metrics.OrderBy(m => m.Key), pair.Second.Metrics.OrderBy(m => m.Key)));
    }

    [Fact]
    public void A_resumed_run_has_no_epoch_twice()
    {
        var whole = new FakeTrainer { Folder = _folder }.Run(new TrainingHistory()).History;
        var undisturbed = File.ReadAllText(Beside);
        new FakeTrainer { Folder = _folder, History = [.. whole.Take(2)] }.Run(new TrainingHistory());
        Assert.Equal(undisturbed, File.ReadAllText(Beside));
    }

    [Fact]
    public void Figures_that_are_no_numbers_or_were_not_measured_are_null_in_sound_JSON()
    {
        new FakeTrainer { Folder = _folder, Validates = false, Loss = _ => double.NaN }.Run(new TrainingHistory());
        Assert.StartsWith(
            """{"epoch":0,"step":4,"train_loss":null,"validation_loss":null,"bertscore_precision":null,"bertscore_recall":null,"bertscore_f1":null,""",
            File.ReadLines(Beside).First(), StringComparison.Ordinal);
        var read = TrainingHistory.Read(Beside);
        Assert.All(read, e => Assert.Equal((double.NaN, null, 0), (e.TrainLoss, e.ValidationLoss, e.Metrics.Count)));
    }

    [Fact]
    public void An_own_metric_with_a_name_that_is_taken_breaks_no_line()
    {
        new FakeTrainer { Folder = _folder, Metrics = _ => new() { ["seconds"] = 7, ["\"quoted\"\n"] = double.PositiveInfinity } }.Run(new TrainingHistory());
        var read = TrainingHistory.Read(Beside);
        Assert.All(read, e => Assert.Equal(1.5, e.Seconds));
        Assert.All(read, e => Assert.Equal(["\"quoted\"\n"], e.Metrics.Keys));
    }

    [Fact]
    public void A_run_that_breaks_off_leaves_its_whole_epochs()
    {
        new FakeTrainer { Folder = _folder, Break = (6, TrainingEnd.Failed) }.Run(new TrainingHistory());
        Assert.Equal(0, Assert.Single(TrainingHistory.Read(Beside)).Epoch);
    }

    [Fact]
    public void A_run_without_a_checkpoint_writes_into_a_folder_that_is_named_or_says_so()
    {
        var folder = Path.Combine(_folder, "new", "folder");
        var history = new TrainingHistory(folder);
        new FakeTrainer { WritesCheckpoints = false }.Run(history);
        Assert.Equal(Path.Combine(folder, $"{FakeTrainer.RunName}.history.jsonl"), history.Path);
        Assert.True(File.Exists(history.Path));
        var error = Assert.Throws<CaptioningException>(() => new FakeTrainer { WritesCheckpoints = false }.Run(new TrainingHistory()));
        Assert.Contains(nameof(TrainingHistory), error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "isn't a JSON object")]
    [InlineData("[]", "not Array")]
    [InlineData("""{"epoch":0}""", "'step'")]
    [InlineData("""{"epoch":-1,"step":1,"train_loss":1,"validation_loss":1,"seconds":1,"learning_rate":1}""", "'epoch'")]
    [InlineData("""{"epoch":0,"step":1.5,"train_loss":1,"validation_loss":1,"seconds":1,"learning_rate":1}""", "'step'")]
    [InlineData("""{"epoch":0,"step":1,"train_loss":"1","validation_loss":1,"seconds":1,"learning_rate":1}""", "'train_loss'")]
    [InlineData("""{"epoch":0,"step":1,"train_loss":1,"validation_loss":1,"seconds":1,"learning_rate":1,"cider":true}""", "'cider'")]
    [InlineData("""{"epoch":0,"epoch":1,"step":1,"train_loss":1,"validation_loss":1,"seconds":1,"learning_rate":1}""", "isn't a JSON object")]
    public void A_line_that_is_no_epoch_is_told_with_its_number(string line, string expected)
    {
        var path = Path.Combine(_folder, "broken.history.jsonl");
        File.WriteAllLines(path, ["""{"epoch":0,"step":1,"train_loss":1,"validation_loss":1,"seconds":1,"learning_rate":1}""", "", line]);
        var error = Assert.Throws<CaptioningException>(() => TrainingHistory.Read(path));
        Assert.Contains($"'{path}', line 3", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Assert.Contains("none.jsonl", Assert.Throws<CaptioningException>(() => TrainingHistory.Read(Path.Combine(_folder, "none.jsonl"))).Message, StringComparison.Ordinal);

    private static IReadOnlyDictionary<string, double> NoMetrics { get; } = new Dictionary<string, double>();
}
