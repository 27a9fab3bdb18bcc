using ClipGpt2.Captioning.Metrics.Reports;
using ClipGpt2.Captioning.Reports.Runs;
using ClipGpt2.Captioning.Training;

namespace ClipGpt2.Captioning.Reports.Tests;

public sealed class RunsTableTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new();

    private string Table => _folder.File("runs.csv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_is_a_row_with_its_best_epochs_figures_and_its_configuration()
    {
        new FakeTrainer { Configuration = [new("gpt2_config.model", "a, \"quoted\"\r\nname")] }.Run(new RunsTable(Table, _clock));
        Assert.Equal(
            "name,start,end,duration_seconds,steps,epochs,epoch_seconds,device,best_epoch,train_loss,validation_loss,bertscore_f,bertscore_p,bertscore_r,cider,checkpoint,gpt2_config.model",
            File.ReadLines(Table).First());
        var row = Assert.Single(Read());
        Assert.Equal(FakeTrainer.RunName, row["name"]);
        Assert.Equal("2026-11-23 21:39:07", row["start"]);
        Assert.Equal("completed", row["end"]);
        Assert.Equal("12", row["steps"]);
        Assert.Equal("3", row["epochs"]);
        Assert.Equal("1.5", row["epoch_seconds"]);
        Assert.Equal("1", row["best_epoch"]);
        Assert.Equal("1.5", row["validation_loss"]);
        Assert.Equal("0.1", row["cider"]);
        Assert.EndsWith($"{FakeTrainer.RunName}.safetensors", row["checkpoint"], StringComparison.Ordinal);
        Assert.Equal("a, \"quoted\"\r\nname", row["gpt2_config.model"]);
    }

    [Fact]
    public void A_row_is_there_from_the_start_and_kept_up()
    {
        var ends = new List<string>();
        new FakeTrainer { Epochs = 2 }.Run(new RunsTable(Table, _clock), new Listener(_ => ends.Add($"{Read().Single()["end"]} {Read().Single()["epochs"]}")));
        Assert.Equal("running 0", ends[0]);
        Assert.Contains("running 1", ends);
        Assert.Equal("completed 2", ends[^1]);
    }

    [Theory]
    [InlineData(TrainingEnd.Failed, "failed")]
    [InlineData(TrainingEnd.Cancelled, "cancelled")]
    [InlineData(TrainingEnd.StoppedEarly, "stopped_early")]
    public void How_a_run_ended_is_said(TrainingEnd end, string expected)
    {
        new FakeTrainer { Validates = false, Break = (6, end), Loss = _ => double.NaN }.Run(new RunsTable(Table, _clock));
        var row = Assert.Single(Read());
        Assert.Equal((expected, "6", "", "NaN", ""), (row["end"], row["steps"], row["best_epoch"], row["train_loss"], row["validation_loss"]));
    }

    [Fact]
    public void A_resumed_run_keeps_its_row_and_adds_its_time()
    {
        var table = new RunsTable(Table, _clock);
        var first = new FakeTrainer { Break = (6, TrainingEnd.Cancelled) }.Run(new Listener(_ => _clock.Advance(10)), table);
        var before = double.Parse(Read().Single()["duration_seconds"], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(before >= 60, "The clock went on.");
        new FakeTrainer { History = first.History }.Run(new RunsTable(Table, _clock), new Listener(_ => _clock.Advance(1)));
        var row = Assert.Single(Read());
        Assert.Equal("completed", row["end"]);
        Assert.InRange(double.Parse(row["duration_seconds"], System.Globalization.CultureInfo.InvariantCulture), before + 8, before + 30);
    }

    [Fact]
    public void Rows_and_columns_of_others_stay_and_new_columns_join()
    {
        _folder.Write("runs.csv", "notes,name,training_config.batch_size\r\n\"tried, twice\",older,64\r\n");
        new FakeTrainer().Run(new RunsTable(Table, _clock));
        RunsFile.Update(Table, [new("name", "newer"), new("spice", "0.2")]);
        var rows = Read();
        Assert.Equal(["older", FakeTrainer.RunName, "newer"], rows.Select(r => r["name"]));
        Assert.Equal("tried, twice", rows[0]["notes"]);
        Assert.Equal(["64", "16", ""], rows.Select(r => r["training_config.batch_size"]));
        Assert.Equal(["", "", "0.2"], rows.Select(r => r["spice"]));
        Assert.Equal("notes", rows[0].Keys.First());
    }

    [Theory]
    [InlineData("model,loss\r\na,1\r\n", "line 1")]
    [InlineData("name,name\r\n", "line 1")]
    [InlineData("name,end\r\na,b\r\na,b,c\r\n", "line 3")]
    [InlineData("name,end\r\n\"a,b\r\n", "line 2")]
    public void A_file_that_is_no_table_of_runs_is_told_and_left_alone(string content, string place)
    {
        _folder.Write("runs.csv", content);
        var error = Assert.Throws<CaptioningException>(() => new FakeTrainer().Run(new RunsTable(Table, _clock)));
        Assert.Contains(Table, error.Message, StringComparison.Ordinal);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(Table));
    }

    [Fact]
    public void Many_writers_at_once_lose_no_row()
    {
        Parallel.For(0, 40, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => RunsFile.Update(Table, [new("name", $"run {i}"), new($"column {i % 7}", $"{i}")]));
        Assert.Equal(40, Read().Select(r => r["name"]).Distinct().Count());
        Assert.Equal(["runs.csv", "runs.csv.lock"], _folder.Names());
    }

    [Fact]
    public void A_table_that_stays_locked_is_told_in_the_end()
    {
        using var held = FileLock.Take(Table, TimeSpan.Zero);
        var error = Assert.Throws<CaptioningException>(() => FileLock.Take(Table, TimeSpan.FromMilliseconds(50)));
        Assert.Contains(Table, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_cannot_be_written_for_a_while_does_not_end_a_run()
    {
        // A folder in the table's place can be neither read nor replaced.
        var spoiler = new Listener(moment =>
        {
            if (moment == nameof(ITrainingObserver.EpochEnded))
            {
                File.Delete(Table);
                Directory.CreateDirectory(Table);
            }
            else if (moment == nameof(ITrainingObserver.Ended))
            {
                Directory.Delete(Table);
            }
        });
        new FakeTrainer { Epochs = 1 }.Run(spoiler, new RunsTable(Table, _clock));
        Assert.Equal("completed", Assert.Single(Read())["end"]);
    }

    private List<Dictionary<string, string>> Read()
    {
        var rows = CsvFormat.Rows(File.ReadAllText(Table), Table).Select(r => r.Fields).ToList();
        return [.. rows.Skip(1).Select(r => rows[0].Zip(r).ToDictionary(f => f.First, f => f.Second))];
    }
}
