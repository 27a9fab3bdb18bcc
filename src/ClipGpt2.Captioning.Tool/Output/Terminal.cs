using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>The streams for people.</summary>
internal static class Terminal
{
    /// <summary>Whether results and progress go to one terminal, where they share the screen.</summary>
    public static bool IsInteractive => !Console.IsOutputRedirected && IsWatched;

    /// <summary>Whether there is somebody to watch progress, wherever results go.</summary>
    public static bool IsWatched => !Console.IsErrorRedirected;

    /// <summary>The console to write tables on; in a pipe they take whatever width they need.</summary>
    public static IAnsiConsole Open()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings());
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 10_000;
        }

        return console;
    }

    /// <summary>The console to show progress on while results go elsewhere.</summary>
    /// <remarks>To be asked for only where somebody watches: by itself it would take a redirected standard output for nobody.</remarks>
    public static IAnsiConsole OpenError() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error), Interactive = InteractionSupport.Yes });
}
