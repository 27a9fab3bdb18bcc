using System.CommandLine;
using ClipGpt2.Captioning.Tool.Fetching;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Tool.Training;
using ClipGpt2.Captioning.Training;
using ClipGpt2.Captioning.Training.Configuration;
using ClipGpt2.Captioning.Training.Embeddings;
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

    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Tell each step on standard error." };

    public static Command Create()
    {
        var command = new Verb(
            "train", "Train a captioner as a configuration file says.",
            "clipgpt2 train config/training_config.json --set training_config.batch_size=32")
        { Path, Resume, Set, ComputeChoice.Device, ComputeChoice.Libtorch, Verbose };
        command.SetAction((parsed, token) =>
        {
            ComputeChoice.Load(parsed);
            return RunAsync(Configuration(parsed), parsed.GetValue(ComputeChoice.Device), parsed.GetValue(Verbose), token);
        });
        return command;
    }

    private static TrainingConfiguration Configuration(ParseResult parsed)
    {
        var configuration = TrainingConfiguration.Load(parsed.GetRequiredValue(Path), parsed.GetValue(Set));
        configuration.CheckpointConfig.Resume |= parsed.GetValue(Resume);
        return configuration;
    }

    private static async Task<int> RunAsync(TrainingConfiguration configuration, string? device, bool verbose, CancellationToken token)
    {
        using var observers = TrainingObservers.Create(configuration, verbose);
        using var setup = TrainingSetup.Create(configuration, LocalModels.Search(), observers.SetupLogger, device);
        observers.AddTo(setup.Options);
        try
        {
            var result = await setup.TrainAsync(observers.TrainerLogger, observers.Progress, token);
            Terminal.Open().WriteLine($"{result.Steps} steps; the best checkpoint is {result.BestCheckpoint}");
            return ExitCode.Success;
        }
        catch (BadImagesException e)
        {
            FewPictures.Tell(e, "mend or remove them, or set data_config.bad_images to \"skip\".");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (configuration.CheckpointConfig.SaveState)
        {
            Messages.Error("cancelled; --resume goes on from the state that was saved");
            return ExitCode.Cancelled;
        }
    }
}
