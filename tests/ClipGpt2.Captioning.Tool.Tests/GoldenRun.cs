using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>The golden run's configuration in a folder of its own, with its outputs there; relative paths are the golden root's.</summary>
internal sealed class GoldenRun : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("clipgpt2-").FullName;

    public string Log => Path.Combine(_folder, "logs", "training.log");

    /// <summary>The configuration with other places for a run's files, and something changed.</summary>
    /// <param name="name">The folder of the run's files.</param>
    /// <param name="change">What is changed.</param>
    /// <returns>The arguments of <c>clipgpt2</c>.</returns>
    public string[] Arguments(string name, Action<JsonObject> change)
    {
        var root = JsonNode.Parse(File.ReadAllBytes(Golden.File("seed_run/training_config.json")))!.AsObject();
        root["training_config"]!["trained_model_path"] = Path.Combine(_folder, name, "best_model.pkl");
        root["training_config"]!["monitoring_plots_path"] = Plots(name);
        root["logging_config"] = new JsonObject { ["log_file"] = Log };
        change(root);
        var file = Path.Combine(_folder, $"{name}.json");
        File.WriteAllText(file, root.ToJsonString());
        return ["train", file];
    }

    public string Plots(string name) => Path.Combine(_folder, name, "plots.png");

    /// <summary>A command that runs from the golden root.</summary>
    public static ProcessStartInfo Command(params string[] arguments)
    {
        var command = ClipGpt2Process.Command(arguments);
        command.WorkingDirectory = Path.GetDirectoryName(Golden.File("corpus.txt"))!;
        return command;
    }

    /// <summary>A run's only file of a form.</summary>
    public string Find(string name, string pattern) => Assert.Single(Files(name, pattern));

    public IReadOnlyList<string> Files(string name, string pattern) =>
        Directory.Exists(Path.Combine(_folder, name)) ? Directory.GetFiles(Path.Combine(_folder, name), pattern) : [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
