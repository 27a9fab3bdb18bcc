using System.CommandLine;
using ClipGpt2.Captioning.Inference;
using ClipGpt2.Captioning.Tool.Fetching;
using ClipGpt2.Captioning.Tool.Output;
using Microsoft.Extensions.Logging;

namespace ClipGpt2.Captioning.Tool.Commands;

/// <summary><c>clipgpt2 infer</c>: the reference program's inference run, a folder of pictures by a folder of trained models into a CSV table.</summary>
internal static class InferCommand
{
    private static readonly Argument<string> Path = new("CONFIG") { Description = "The configuration, such as inference_config.json." };
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Tell each step on standard error." };

    public static Command Create()
    {
        var command = new Verb(
            "infer", "Caption a folder of pictures by a folder of trained models, as a configuration file says, into a CSV table.",
            "clipgpt2 infer config/inference_config.json --device cpu")
        { Path, ComputeChoice.Device, ComputeChoice.Libtorch, Verbose };
        command.SetAction((parsed, token) =>
        {
            ComputeChoice.Load(parsed);
            return RunAsync(InferenceConfiguration.Load(parsed.GetRequiredValue(Path)), parsed.GetValue(ComputeChoice.Device), parsed.GetValue(Verbose), token);
        });
        return command;
    }

    private static async Task<int> RunAsync(InferenceConfiguration configuration, string? device, bool verbose, CancellationToken token)
    {
        // What had to be left out is told by the log, as it happens.
        var logger = new JoinedLogger<InferenceRun>(new MessageLogger(verbose ? LogLevel.Trace : LogLevel.Warning, Messages.Hint));
        configuration.EnableGpu &= device is null;
        var run = new InferenceRun(configuration, options => (options.ModelSearch, options.Device) = (LocalModels.Search(), device ?? options.Device), logger);
        Console.Out.WriteLine($"Using device: {run.Device}");
        var result = await run.RunAsync(new Rows(row => Console.Out.WriteLine(Printable.Line($"{row.ImageId} | {row.ModelName} → {row.Caption}"))), token);
        if (!result.IsWritten)
        {
            Messages.Error($"none of the models could be used, so '{configuration.OutputFilename}' wasn't written");
            return ExitCode.Failed;
        }

        Console.Out.WriteLine($"Results saved to {configuration.OutputFilename}");
        return result.Failures.Count == 0 ? ExitCode.Success : ExitCode.Failed;
    }

    /// <summary>Writes at once and in order, which <see cref="Progress{T}"/> doesn't.</summary>
    private sealed class Rows(Action<InferredCaption> write) : IProgress<InferredCaption>
    {
        public void Report(InferredCaption value) => write(value);
    }
}
