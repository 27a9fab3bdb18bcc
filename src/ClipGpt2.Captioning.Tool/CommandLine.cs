using System.CommandLine;
using ClipGpt2.Captioning.Tool.Commands;
using ClipGpt2.Captioning.Tool.Output;
using ClipGpt2.Captioning.Training.Configuration;

namespace ClipGpt2.Captioning.Tool;

/// <summary>The commands, and how what goes wrong in them is told: one line on standard error and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var parsed = Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                Messages.Error(error.Message);
            }

            Messages.Hint($"Try '{Invocation(parsed.CommandResult.Command)} --help'.");
            return ExitCode.Usage;
        }

        try
        {
            // Ctrl-C cancels the command, which then has as long as the image in work, or the saving of a training's state, takes.
            using var interruption = Interruption.Watch();
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(10) });
        }
        catch (ConfigurationException e)
        {
            foreach (var error in e.Errors)
            {
                Messages.Error(error);
            }

            return ExitCode.Failed;
        }
        catch (Exception e) when (e is CaptioningException or IOException)
        {
            Messages.Error(e.Message);
            return ExitCode.Failed;
        }
        catch (UnauthorizedAccessException e)
        {
            // Of files it is an error of the library's; what is left is a closed stream.
            Messages.Error($"standard output can't be written to: {(e.InnerException ?? e).Message}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            Messages.Error("cancelled");
            return ExitCode.Cancelled;
        }
    }

    /// <summary>The command line, with what is wrong with it.</summary>
    internal static ParseResult Parse(string[] args)
    {
        var root = new RootCommand("Captions pictures with CLIP and GPT-2, trains captioners, looks into model files, measures captions, fetches models, and looks at the machine.")
        {
            CaptionCommand.Create(), InferCommand.Create(), TrainCommand.Create(), EmbedCommand.Create(), PrepareCocoCommand.Create(), InspectCommand.Create(), EvaluateCommand.Create(),
            CompareCommand.Create(), FetchCommand.Create(), ConvertCommand.Create(), DoctorCommand.Create(),
        };

        Verb.ShowExamples(root);

        // No response files: a picture may be called "@1.jpg".
        return root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    private static string Invocation(Command command) => command is RootCommand ? "clipgpt2" : $"clipgpt2 {command.Name}";
}
