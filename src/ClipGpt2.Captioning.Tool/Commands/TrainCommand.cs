using System.CommandLine;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Tool.Training;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;
using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 train</c>: trains a captioner as a configuration file says.</summary>
internal static class TrainCommand
{
    private static readonly Argument<string> Path = new("CONFIG") { Description = "The configuration, such as training_config.json." };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on from the newest state that was saved under the configuration's trained_model_path." };

    private static readonly Option<string[]> Set = new("--set")
    {
        HelpName = "section.key=value",
        Description = "Replace a value of the configuration; may be given several times. A value is JSON, or else a text.",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Create()
    {
        var command = new Command("train", "Train a captioner as a configuration file says.") { Path, Resume, Set };
        command.SetAction((parsed, token) => RunAsync(Configuration(parsed), token));
        return command;
    }

    private static TrainingConfiguration Configuration(ParseResult parsed)
    {
        var configuration = TrainingConfiguration.Load(parsed.GetRequiredValue(Path), parsed.GetValue(Set));
        configuration.CheckpointConfig.Resume |= parsed.GetValue(Resume);
        return configuration;
    }

    private static async Task<int> RunAsync(TrainingConfiguration configuration, CancellationToken token)
    {
        using var setup = TrainingSetup.Create(configuration, logger: new TerminalLogger<TrainingSetup>());
        using var observers = TrainingObservers.Create(configuration);
        observers.AddTo(setup.Options);
        try
        {
            var result = await setup.TrainAsync(new TerminalLogger<CaptionTrainer>(), observers.Progress, token);
            Terminal.Open().WriteLine($"{result.Steps} steps; the best checkpoint is {result.BestCheckpoint}");
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (configuration.CheckpointConfig.SaveState)
        {
            Messages.Error("cancelled; --resume goes on from the state that was saved");
            return ExitCode.Cancelled;
        }
    }
}
