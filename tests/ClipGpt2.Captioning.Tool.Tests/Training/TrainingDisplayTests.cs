using ClipGpt2.Captioning.Reports.Tests;
using ClipGpt2.Captioning.Tool.Training;
using ClipGpt2.Captioning.Training;
using Spectre.Console;
using Spectre.Console.Rendering;
using LiveDisplay = ClipGpt2.Captioning.Tool.Training.LiveDisplay;

namespace ClipGpt2.Captioning.Tool.Tests.Training;

public sealed class TrainingDisplayTests : IDisposable
{
    private const string BestBy = "validation_loss";

    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Without_a_terminal_each_epoch_is_a_line()
    {
        using var display = new PlainDisplay(Console(), BestBy, new ManualClock());
        new FakeTrainer { Epochs = 2, Metrics = _ => new() { ["cider"] = 0.25 } }.Run(display);
        Assert.Equal(
            [
                $"{FakeTrainer.RunName} on cpu",
                "epoch 0: loss 2.0162; validation loss 1.7500, cider 0.2500 (best), in 00:00:01",
                "epoch 1: loss 1.5222; validation loss 1.5000, cider 0.2500 (best), in 00:00:01",
                "completed after 8 steps, in 00:00:05",
            ],
            Lines());
    }

    [Fact]
    public void Rewards_follow_the_loss()
    {
        using var display = new PlainDisplay(Console(), BestBy, new ManualClock());
        new FakeTrainer { Epochs = 1, Validates = false, Reward = step => step / 4.0 }.Run(display);
        Assert.Equal("epoch 0: loss 2.0162, reward 0.6250, in 00:00:01", Lines()[1]);
    }

    [Fact]
    public void Without_a_terminal_there_is_a_line_every_half_minute()
    {
        var clock = new ManualClock();
        using var display = new PlainDisplay(Console(), BestBy, clock);
        display.Report(Step(1));
        clock.Advance(29);
        display.Report(Step(2));
        Assert.Empty(Lines());
        clock.Advance(1);
        display.Report(Step(3));
        display.Report(Step(4));
        Assert.Equal(["epoch 0, 3/400: loss 2.0000, mean 2.5000, 1,200 examples/s, 00:01:30 left"], Lines());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(40)]
    [InlineData(200)]
    public void No_line_of_the_screen_is_wider_than_the_window(int width)
    {
        var console = Console(width);
        using var recorder = new Recorder();
        var trainer = new FakeTrainer { Images = ["eine-sehr-lange-Datei.jpg", "図.jpg", null] };
        trainer.Run(recorder);
        Assert.NotEmpty(recorder.Views);
        foreach (var shown in recorder.Views.Prepend(new RunView { BestBy = BestBy }))
        {
            var lines = Segment.SplitLines(((IRenderable)new RunScreen(shown)).Render(RenderOptions.Create(console), width));
            Assert.All(lines, line => Assert.True(line.CellCount() <= width));
        }
    }

    [Fact]
    public void A_line_that_is_too_long_is_cut_and_not_left_out()
    {
        var console = Console(20);
        using var recorder = new Recorder();
        new FakeTrainer { Epochs = 1 }.Run(recorder);
        console.Write(new RunScreen(recorder.Views[^1]));
        Assert.Contains(Lines(), line => line.StartsWith("epoch 0 (best): loss", StringComparison.Ordinal));
    }

    /// <summary>Figures by their names would put it behind a dozen others.</summary>
    [Fact]
    public void The_figure_that_the_best_is_chosen_by_comes_first_and_stays_in_a_narrow_window()
    {
        var console = Console(40);
        using var recorder = new Recorder("rouge_l");
        new FakeTrainer { Metrics = epoch => new() { ["bleu_1"] = 0.5, ["cider"] = 0.25, ["rouge_l"] = 0.75 - (0.125 * Math.Abs(epoch - 1)) } }.Run(recorder);
        console.Write(new RunScreen(recorder.Views[^1]));
        Assert.Contains(Lines(), line => line.StartsWith("epoch 2: rouge_l 0.6250, loss", StringComparison.Ordinal));
        Assert.Contains(Lines(), line => line.StartsWith("best, epoch 1: rouge_l 0.7500", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(TrainingEnd.Cancelled)]
    [InlineData(TrainingEnd.Failed)]
    [InlineData(TrainingEnd.StoppedEarly)]
    public void The_live_display_ends_with_the_run_however_it_ends(TrainingEnd end)
    {
        using var display = new LiveDisplay(Console(1), BestBy);
        new FakeTrainer { Break = (2, end), Loss = _ => double.NaN, ValidationLoss = _ => double.NaN }.Run(display);
        using var wide = new LiveDisplay(Console(), BestBy);
        new FakeTrainer { Break = (2, end), Loss = _ => double.NaN }.Run(wide);
        Assert.Contains(end == TrainingEnd.StoppedEarly ? "stopped early after 2 steps" : $"{end.ToString().ToLowerInvariant()} after 2 steps", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_live_display_redraws_in_place_and_gives_the_cursor_back()
    {
        using var display = TrainingDisplay.Create(Console(120, terminal: true), interactive: true, BestBy);
        Assert.IsType<LiveDisplay>(display);
        new FakeTrainer().Run(display);
        var shown = _output.ToString();
        Assert.DoesNotContain("\x1b[2J", shown, StringComparison.Ordinal);
        Assert.Contains("completed after 12 steps", shown, StringComparison.Ordinal);
        Assert.True(shown.LastIndexOf("\x1b[?25h", StringComparison.Ordinal) > shown.LastIndexOf("\x1b[?25l", StringComparison.Ordinal), "The cursor stays hidden.");
    }

    [Fact]
    public void A_terminal_that_cannot_redraw_gets_plain_lines()
    {
        using var display = TrainingDisplay.Create(Console(), interactive: true, BestBy);
        Assert.IsType<PlainDisplay>(display);
    }

    [Fact]
    public void A_resumed_run_is_shown_from_where_it_goes_on()
    {
        var history = new FakeTrainer { Epochs = 2 }.Run().History;
        using var display = new PlainDisplay(Console(), BestBy, new ManualClock());
        new FakeTrainer { Epochs = 3, History = history, Metrics = _ => [] }.Run(display);
        Assert.StartsWith("epoch 2: loss ", Lines()[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_that_is_told_of_twice_counts_once()
    {
        using var recorder = new Recorder();
        recorder.Report(Step(1));
        recorder.Stepped(Step(1));
        recorder.Report(Step(2));
        Assert.Equal([2.0, 2.0], recorder.Views[^1].Losses);
    }

    [Fact]
    public void A_long_run_keeps_few_means()
    {
        var trend = new LossTrend();
        for (var i = 0; i < 10_000; i++)
        {
            trend.Add(i);
        }

        Assert.InRange(trend.Means.Count, 32, 65);
        Assert.Equal(trend.Means.Order(), trend.Means);
    }

    private static TrainingProgress Step(long step) => new()
    {
        Phase = TrainingPhase.Training,
        Epoch = 0,
        Step = step,
        Done = step,
        Total = 400,
        Loss = 2,
        MeanLoss = 2.5,
        ExamplesPerSecond = 1200,
        Remaining = TimeSpan.FromSeconds(90),
    };

    private IAnsiConsole Console(int width = 120, bool terminal = false)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Yes : AnsiSupport.No,
            Interactive = terminal ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(_output),
        });
        console.Profile.Width = width;
        return console;
    }

    private string[] Lines() => _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A display that keeps what it would have shown.</summary>
    private sealed class Recorder(string bestBy = BestBy) : TrainingDisplay(bestBy)
    {
        public List<RunView> Views { get; } = [];

        public override void Dispose()
        {
        }

        protected override void Changed() => Views.Add(View);
    }
}
