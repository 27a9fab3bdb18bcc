using System.Diagnostics;

namespace ClipGpt2.Captioning.Tests.Runtime;

/// <summary>A run of the program <c>ClipGpt2.Captioning.HostProgram</c>: what a process has only once.</summary>
internal sealed record HostProgram(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>How it is started.</summary>
    public static ProcessStartInfo Command(string[] arguments) =>
        new(Path.Combine(AppContext.BaseDirectory, "ClipGpt2.Captioning.HostProgram" + (OperatingSystem.IsWindows() ? ".exe" : "")), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

    /// <summary>Runs it with an environment without OpenMP's variables but those given.</summary>
    public static async Task<HostProgram> Run(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = Command(arguments);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("OMP_", StringComparison.Ordinal) || name.StartsWith("GOMP_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Longest);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
