using Spectre.Console;

namespace ClipGpt2.Captioning.Tool.Output;

/// <summary>Standard output for people.</summary>
internal static class Terminal
{
    /// <summary>Whether there is somebody to watch a progress bar.</summary>
    public static bool IsInteractive => !Console.IsOutputRedirected && !Console.IsErrorRedirected;

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
}
