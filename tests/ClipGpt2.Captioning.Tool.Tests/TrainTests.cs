using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Tool.Tests;

public sealed class TrainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_error_of_a_configuration_is_a_line_of_its_own()
    {
        var file = Write(root =>
        {
            root["training_config"]!["batch_size"] = "64";
            root["training_config"]!["learningrate"] = 1;
            root["clip_config"]!.AsObject().Remove("model");
        });
        var run = await ClipGpt2Process.Run("train", file);
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal(
            [
                $"clipgpt2: {file}: training_config.batch_size is \"64\"; it must be an integer from 1 to 65536.",
                $"clipgpt2: {file}: training_config.learningrate is no known key; the nearest known one is training_config.learning_rate.",
                $"clipgpt2: {file}: clip_config.model is missing; it must be a text that isn't empty.",
            ],
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("{ \"clip_config\": ", "line 1, column 18")]
    [InlineData("{}\n]", "line 2, column 1")]
    public async Task What_isnt_JSON_is_named_with_line_and_column(string text, string place)
    {
        var file = Path.Combine(_folder, "broken.json");
        File.WriteAllText(file, text);
        await Fails(["train", file], $"{file}: {place}: this isn't JSON");
    }

    [Fact]
    public async Task A_missing_file_is_named() => await Fails(["train", Path.Combine(_folder, "none.json")], "none.json' can't be read as a training configuration");

    [Fact]
    public async Task What_a_configuration_names_and_isnt_there_is_said_before_anything_is_trained()
    {
        var run = await ClipGpt2Process.Run("train", Write(_ => { }), "--set", "evaluation_config.bertscore_model=no/roberta", "--set", "gpt2_config.model=no/gpt2", "--resume");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(": gpt2_config.model is \"no/gpt2\". There is no model", run.Error, StringComparison.Ordinal);
        Assert.Contains(": evaluation_config.bertscore_model is \"no/roberta\". There is no model", run.Error, StringComparison.Ordinal);
        Assert.Contains("leave bertscore out of evaluation_config.metrics", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Equal(["training.log", "training_config.json"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("batch_size=3", "--set batch_size=3: batch_size is no known key; the nearest known one is training_config.batch_size.")]
    [InlineData("training_config.batch_size=x", "--set training_config.batch_size=x: training_config.batch_size is \"x\"; it must be an integer")]
    [InlineData("batch_size", "--set batch_size: this sets nothing")]
    public async Task A_wrong_replacement_is_named(string set, string expected) => await Fails(["train", Write(_ => { }), "--set", set], expected);

    [Fact]
    public async Task A_run_leaves_a_checkpoint_and_an_interrupted_one_goes_on()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no SIGINT to send to another process.");
        var model = Path.Combine(_folder, "models", "best.pkl");
        string[] command = ["train", Write(WithFullPictures), "--set", "evaluation_config.metrics=[]", "--set", $"training_config.trained_model_path={model}"];
        using (var process = Process.Start(ClipGpt2Process.Command([.. command, "--set", "training_config.num_epochs=100000"]))!)
        {
            await StateOf(model, process);
            using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
            var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(130, process.ExitCode);
            Assert.Contains("clipgpt2: cancelled; --resume goes on from the state that was saved", error, StringComparison.Ordinal);
        }

        Assert.NotEmpty(Directory.GetFiles(Path.GetDirectoryName(model)!, "*.history.jsonl"));
        var resumed = await ClipGpt2Process.Run([.. command, "--resume", "--set", "training_config.num_epochs=1"]);
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        Assert.Matches(@"(?m)^\d+ steps; the best checkpoint is .*best_\d{8}_\d{6}\.safetensors\s*$", resumed.Output);
    }

    [Theory]
    [InlineData("fail", "clipgpt2: The picture '", "clipgpt2: ... and ", "picture(s) can't be used: mend or remove them, or set data_config.bad_images")]
    [InlineData("skip", "clipgpt2: Left out the picture of '", "clipgpt2: ... and ", "no examples to use")]
    public async Task A_wrong_folder_of_pictures_is_told_by_ten_pictures_and_a_count(string policy, string each, string more, string last)
    {
        var file = Write(root => root["data_config"] = new JsonObject { ["train_images"] = "no-such-folder", ["val_images"] = "no-such-folder", ["bad_images"] = policy });
        var run = await ClipGpt2Process.Run("train", file, "--set", "evaluation_config.metrics=[]", "--set", $"training_config.trained_model_path={Path.Combine(_folder, "best.pkl")}");
        var lines = run.Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((1, 12), (run.ExitCode, lines.Length));
        Assert.All(lines[..10], line => Assert.StartsWith(each, line, StringComparison.Ordinal));
        Assert.StartsWith(more, lines[10], StringComparison.Ordinal);
        Assert.Contains(last, lines[11], StringComparison.Ordinal);
    }

    /// <summary>Waits until the run has saved its state once.</summary>
    private static async Task StateOf(string model, Process process)
    {
        while (!process.HasExited && !(Directory.Exists(Path.GetDirectoryName(model)) && Directory.EnumerateFiles(Path.GetDirectoryName(model)!, "*.state.safetensors").Any()))
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static void WithFullPictures(JsonObject root)
    {
        var folder = Path.GetDirectoryName(Golden.File("scenes"))!;
        root["data_config"] = new JsonObject { ["train_images"] = folder, ["val_images"] = folder };
    }

    private static async Task Fails(string[] arguments, string expected)
    {
        var run = await ClipGpt2Process.Run(arguments);
        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    /// <summary>The golden run's file, with its paths made full and something changed.</summary>
    private string Write(Action<JsonObject> change)
    {
        var root = JsonNode.Parse(File.ReadAllBytes(Golden.File("seed_run/training_config.json")))!.AsObject();
        foreach (var (section, key) in new[] { ("clip_config", "model"), ("gpt2_config", "model"), ("data_paths", "train_captions_path"), ("data_paths", "val_captions_path") })
        {
            root[section]![key] = Golden.File((string)root[section]![key]!);
        }

        root["training_config"]!["monitoring_plots_path"] = Path.Combine(_folder, "plots.png");
        root["logging_config"] = new JsonObject { ["log_file"] = Path.Combine(_folder, "training.log") };
        change(root);
        var file = Path.Combine(_folder, "training_config.json");
        File.WriteAllText(file, root.ToJsonString());
        return file;
    }
}
