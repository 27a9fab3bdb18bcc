using System.Diagnostics;
using System.Reflection;

namespace ClipGpt2.Captioning.Runtime.Native;

/// <summary>Tries a libtorch in a process of its own: what crashes there is a refusal here.</summary>
/// <remarks>
/// The child is this very program, in which .NET calls <see cref="StartupHook"/> before <c>Main</c>; so the library needs no program of its own, and
/// the trial finds the same TorchSharp. <c>Main</c> is never reached: a hook that .NET can't call ends the process.
/// </remarks>
internal static class LibtorchTrial
{
    /// <summary>The child's first argument; the folder follows.</summary>
    public const string Argument = "--clipgpt2-libtorch-trial";

    private const string HookSwitch = "System.StartupHookProvider.IsSupported";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    /// <summary>Runs the trial.</summary>
    /// <returns>The version, if libtorch could say it; and what went wrong, or null.</returns>
    public static (string? Version, string? Fault) Run(string folder)
    {
        if (Command(folder) is not { } command)
        {
            return (null, "this program can't start itself once more (a host that isn't .NET's own, or startup hooks that are switched off)");
        }

        using var child = Process.Start(command)!;
        child.StandardInput.Close();
        var output = child.StandardOutput.ReadToEndAsync();
        var error = child.StandardError.ReadToEndAsync();
        if (!child.WaitForExit(Longest))
        {
            child.Kill(entireProcessTree: true);
            return (null, $"it didn't end within {Longest.TotalMinutes:F0} minutes");
        }

        var lines = output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var version = lines.FirstOrDefault(line => line != LibtorchTrialRun.Passed);
        return child.ExitCode == 0 && lines.Contains(LibtorchTrialRun.Passed)
            ? (version, null)
            : (version, $"exit code {child.ExitCode}{(child.ExitCode > 128 ? $" (signal {child.ExitCode - 128})" : "")}, {LastLine(error.GetAwaiter().GetResult())}");
    }

    private static ProcessStartInfo? Command(string folder)
    {
        if (Environment.ProcessPath is not { } program || Assembly.GetEntryAssembly() is not { } entry || (AppContext.TryGetSwitch(HookSwitch, out var isOn) && !isOn))
        {
            return null;
        }

        // Either .NET's own host with the application's file, or the application's own: of any other program we don't know what it would do.
        var isDotnet = IsNamed(program, "dotnet") && entry.Location.Length > 0;
        if (!isDotnet && !IsNamed(program, entry.GetName().Name!))
        {
            return null;
        }

        var hook = typeof(LibtorchTrial).Assembly;
        string[] arguments = isDotnet ? [entry.Location, Argument, folder] : [Argument, folder];
        return new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_STARTUP_HOOKS"] = hook.Location.Length > 0 ? hook.Location : hook.GetName().Name },
        };
    }

    private static bool IsNamed(string program, string name) => Path.GetFileName(program) == (OperatingSystem.IsWindows() ? $"{name}.exe" : name);

    private static string LastLine(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : "and it said nothing";
}
