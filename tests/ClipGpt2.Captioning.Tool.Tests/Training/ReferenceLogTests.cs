using ClipGpt2.Captioning.Reports.Tests;
using ClipGpt2.Captioning.Tool.Training;
using ClipGpt2.Captioning.Training;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Tests.Training;

public sealed class ReferenceLogTests : IDisposable
{
    private const string Start = "2026-11-23 21:39:07,231 - main_logger - ";

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("logs/training.log");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_logged_in_the_words_of_the_seed()
    {
        var trainer = new FakeTrainer
        {
            Epochs = 2,
            Metrics = _ => new() { ["bertscore_p"] = 0.8735, ["bertscore_r"] = 0.887, ["bertscore_f"] = 0.8801 },
            TrainedWeights =
            [
                new("projector.0.bias", [320]), new("decoder.transformer.wte.weight", [560, 64]), new("decoder.transformer.h.1.mlp.c_fc.weight", [256, 64]),
            ],
        };
        Log(log =>
        {
            log.Begin([new("clip_config", [new("model", "models/tiny-clip"), new("image_size", new List<int> { 64, 64 })])]);
            trainer.Run(log);
        });
        string[] expected =
        [
            "INFO - Logging setup complete",
            "INFO - clip_config: model='models/tiny-clip' image_size=[64, 64]",
            "INFO - Train DataLoader initialized",
            "INFO - Validation DataLoader initialized",
            "INFO - Main model initialized",
            "DEBUG - Trainable parameter: gpt.transformer.wte.weight - shape: (560, 64)",
            "DEBUG - Trainable parameter: gpt.transformer.h.1.mlp.c_fc.weight - shape: (64, 256)",
            "DEBUG - Trainable parameter: projector.0.bias - shape: (320,)",
            "INFO - Starting training loop...",
            "INFO - #### Epoch 0 started ####",
            "INFO - Train Loss: 2.0162",
            "INFO - Validation Loss: 1.7500",
            "INFO - Validation Bert Precision: 0.8735",
            "INFO - Validation Bert Recall: 0.8870",
            "INFO - Validation Bert F1 Score: 0.8801",
            "INFO - Model saved with lowest validation loss: 1.7500 | BERT Precision: 0.8735 | BERT Recall: 0.8870 | BERT F1 Score: 0.8801",
            "INFO - #### Epoch 1 started ####",
            "INFO - Train Loss: 1.5222",
            "INFO - Validation Loss: 1.5000",
            "INFO - Validation Bert Precision: 0.8735",
            "INFO - Validation Bert Recall: 0.8870",
            "INFO - Validation Bert F1 Score: 0.8801",
            "INFO - Model saved with lowest validation loss: 1.5000 | BERT Precision: 0.8735 | BERT Recall: 0.8870 | BERT F1 Score: 0.8801",
            "INFO - Training and validation loss curves saved to figs/plots.png",
        ];
        Assert.Equal(expected.Select(line => Start + line), File.ReadAllLines(Path));
    }

    [Fact]
    public void Without_validation_only_the_training_loss_is_logged()
    {
        Log(log => new FakeTrainer { Epochs = 1, Validates = false }.Run(log));
        var lines = File.ReadAllLines(Path);
        Assert.Equal(Start + "INFO - Train Loss: 2.0162", lines[^1]);
        Assert.DoesNotContain(lines, line => line.Contains("Validation", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_metrics_and_what_the_best_is_chosen_by_are_named()
    {
        Log(log => new FakeTrainer { Epochs = 1, Metrics = _ => new() { ["cider"] = 0.25 } }.Run(log), bestBy: "cider");
        Assert.Equal([Start + "INFO - Validation cider: 0.2500", Start + "INFO - Model saved with best cider: 0.2500"], File.ReadAllLines(Path)[^2..]);
    }

    [Theory]
    [InlineData(TrainingEnd.Cancelled, "WARNING - Training was cancelled after step 2")]
    [InlineData(TrainingEnd.Failed, "ERROR - Training failed after step 2: Step 2: the loss is no number; lower the <learning rate>.")]
    public void An_end_before_its_time_is_logged(TrainingEnd end, string expected)
    {
        Log(log => new FakeTrainer { Break = (2, end) }.Run(log));
        Assert.Equal(Start + expected, File.ReadAllLines(Path)[^1]);
    }

    [Fact]
    public void Losses_that_are_no_numbers_are_written_as_Python_does()
    {
        Log(log => new FakeTrainer { Epochs = 1, Loss = _ => double.NaN, ValidationLoss = _ => double.PositiveInfinity }.Run(log));
        Assert.Contains(Start + "INFO - Train Loss: nan", File.ReadAllLines(Path));
        Assert.Contains(Start + "INFO - Validation Loss: inf", File.ReadAllLines(Path));
    }

    [Fact]
    public void A_log_is_emptied_at_the_start_unless_the_run_is_resumed()
    {
        Log(log => log.Begin([]));
        Log(log => log.Begin([]));
        Assert.Single(File.ReadAllLines(Path));
        Log(log => log.Begin([]), append: true);
        Assert.Equal(2, File.ReadAllLines(Path).Length);
    }

    [Fact]
    public void A_logger_takes_messages_from_its_level_on()
    {
        using (var file = LogFile.Open(Path, clock: new ManualClock()))
        {
            var logger = file.CreateLogger("main_logger", LogLevel.Warning);
            logger.Log(LogLevel.Information, default, "not this", null, (text, _) => text);
            logger.Log(LogLevel.Warning, default, "this", null, (text, _) => text);
        }

        Assert.Equal([Start + "WARNING - this"], File.ReadAllLines(Path));
    }

    [Fact]
    public void A_log_that_cant_be_written_is_named()
    {
        var file = _folder.Write("file", "");
        var e = Assert.Throws<CaptioningException>(() => LogFile.Open(System.IO.Path.Combine(file, "training.log")));
        Assert.Contains($"The log '{System.IO.Path.Combine(file, "training.log")}' can't be written", e.Message, StringComparison.Ordinal);
    }

    private void Log(Action<ReferenceLog> run, string bestBy = "validation_loss", bool append = false)
    {
        using var file = LogFile.Open(Path, append, new ManualClock());
        run(new ReferenceLog(file.CreateLogger(ReferenceLog.LoggerName), "figs/plots.png", bestBy));
    }
}
