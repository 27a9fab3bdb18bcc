using ClipGpt2.Captioning.Reports.TensorBoard;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Tests.TensorBoard;

public sealed class TensorBoardEventsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Checksums_are_TensorFlows()
    {
        // The first 12 bytes of every event file that TensorFlow writes: a record of 24 bytes, and its length's checksum.
        Assert.Equal(0x224b7fa3u, RecordWriter.Checksum([24, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(EventFile.Masked("123456789"u8), RecordWriter.Checksum("123456789"u8));
    }

    [Fact]
    public void A_run_can_be_read_back()
    {
        var events = Run(new FakeTrainer { Epochs = 2, ValidatesBeforeTraining = true });
        Assert.Equal("brain.Event:2", events[0].Version);
        Assert.All(events, e => Assert.Equal(1795469947.231, e.Time, 3));
        Assert.Equal(8, Scalars(events, "train/loss").Count);
        Assert.Equal((3L, (float)(2.5 / 1.3)), Scalars(events, "train/loss")[2]);
        Assert.Equal((8L, 1e-3f), Scalars(events, "train/learning_rate")[^1]);
        Assert.Equal((1L, 0.5f), Scalars(events, "train/gradient_norm")[0]);
        Assert.Equal((1L, 32f), Scalars(events, "train/examples_per_second")[0]);
        Assert.Equal([4L, 8L], Scalars(events, "train/epoch_loss").Select(s => s.Step));
        Assert.Equal([(0L, 2f), (4L, 1.75f), (8L, 1.5f)], Scalars(events, "validation/loss"));
        Assert.Equal([(0L, -0.1f), (4L, 0f), (8L, 0.1f)], Scalars(events, "validation/cider"));
    }

    [Fact]
    public void Rewards_are_there_where_captions_are_rewarded()
    {
        var events = Run(new FakeTrainer { Epochs = 1, Reward = step => step / 4.0 });
        Assert.Equal([(1L, 0.25f), (2L, 0.5f), (3L, 0.75f), (4L, 1f)], Scalars(events, "train/reward"));
        Assert.Equal([(4L, 0.625f)], Scalars(events, "train/epoch_reward"));
        Assert.Empty(Scalars(Run(new FakeTrainer()), "train/reward"));
    }

    [Fact]
    public void Configuration_and_captions_are_texts_that_stay_texts()
    {
        var events = Run(new FakeTrainer { Configuration = [new("gpt2_config.model", "<b>a|b\n*c*</b>")] });
        var configuration = Assert.Single(Texts(events, "configuration"));
        Assert.Equal("| setting | value |\n| --- | --- |\n| gpt2\\_config.model | \\<b\\>a\\|b \\*c\\*\\</b\\> |\n", configuration);
        Assert.Equal(3, Texts(events, "validation/samples").Count);
        Assert.Contains("| 0.jpg | caption 0 of epoch 2 | reference 0 |", Texts(events, "validation/samples")[^1], StringComparison.Ordinal);
        Assert.Contains("| image 1 | caption 1 of epoch 2 | reference 1 |", Texts(events, "validation/samples")[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_that_are_no_numbers_are_written_and_what_is_not_computed_is_not()
    {
        var path = _folder.File("events");
        using (var records = new RecordWriter(path))
        {
            records.Write(EventMessage.Scalars(1, 2, [("nan", double.NaN), ("inf", double.PositiveInfinity), ("large", 1e300)]));
        }

        Assert.Equal([float.NaN, float.PositiveInfinity, float.PositiveInfinity], EventFile.Read(path)[0].Values.Select(v => v.Scalar!.Value));
        using var board = new TensorBoardEvents(_folder.Path, _clock);
        ITrainingObserver observer = board;
        var run = new FakeTrainer { Epochs = 0 }.Run(board).Run;
        observer.Stepped(new TrainingProgress { Phase = TrainingPhase.Training, Epoch = 0, Step = 1, Done = 1, Loss = double.NaN });
        observer.Ended(new TrainingResult { Run = run, End = TrainingEnd.Failed, Steps = 1, History = [], Duration = default });
        Assert.Empty(Scalars(EventFile.Read(board.Path!), "train/gradient_norm"));
        Assert.Equal((1L, float.NaN), Assert.Single(Scalars(EventFile.Read(board.Path!), "train/loss")));
    }

    [Fact]
    public void A_resumed_run_begins_another_file_that_takes_the_place_of_later_steps()
    {
        using var killed = new TensorBoardEvents(_folder.Path, _clock);
        var first = new FakeTrainer { Break = (6, TrainingEnd.Failed) }.Run(killed);
        using var resumed = new TensorBoardEvents(_folder.Path, _clock);
        new FakeTrainer { History = first.History }.Run(resumed);

        // TensorBoard reads a folder's files by their names.
        Assert.Equal([killed.Path!, resumed.Path!], Directory.GetFiles(_folder.File(FakeTrainer.RunName)).Order(StringComparer.Ordinal));
        var events = EventFile.Read(resumed.Path!);
        Assert.True(events[1].IsStart);
        Assert.Equal(5, events[1].Step);
        Assert.Equal(5, Scalars(events, "train/loss")[0].Step);
        Assert.DoesNotContain(EventFile.Read(killed.Path!), e => e.IsStart);
    }

    [Fact]
    public void Steps_can_be_read_within_ten_seconds_while_the_run_goes_on()
    {
        using var board = new TensorBoardEvents(_folder.Path, _clock);
        ITrainingObserver observer = board;
        new FakeTrainer { Epochs = 0 }.Run(board);
        Step(1);
        Assert.Empty(Scalars(Shared(board.Path!), "train/loss"));
        _clock.Advance(10);
        Step(2);
        Assert.Equal(2, Scalars(Shared(board.Path!), "train/loss").Count);

        void Step(long step) => observer.Stepped(new TrainingProgress { Phase = TrainingPhase.Training, Epoch = 0, Step = step, Done = step, Loss = 1 });
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told()
    {
        var file = _folder.Write("runs", "a file");
        using var board = new TensorBoardEvents(file, _clock);
        Assert.Contains(file, Assert.Throws<CaptioningException>(() => new FakeTrainer().Run(board)).Message, StringComparison.Ordinal);
    }

    private List<LoggedEvent> Run(FakeTrainer trainer)
    {
        using var board = new TensorBoardEvents(_folder.Path, _clock);
        trainer.Run(board);
        return EventFile.Read(board.Path!);
    }

    /// <summary>What another process sees of a file that is being written.</summary>
    private List<LoggedEvent> Shared(string path)
    {
        var copy = _folder.File("copy");
        using (var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
        using (var target = File.Create(copy))
        {
            source.CopyTo(target);
        }

        return EventFile.Read(copy);
    }

    private static List<(long Step, float Value)> Scalars(List<LoggedEvent> events, string tag) =>
        [.. events.SelectMany(e => e.Values.Where(v => v.Tag == tag && v.Scalar is not null).Select(v => (e.Step, v.Scalar!.Value)))];

    private static List<string> Texts(List<LoggedEvent> events, string tag) => [.. events.SelectMany(e => e.Values).Where(v => v.Tag == tag).Select(v => v.Markdown!)];
}
