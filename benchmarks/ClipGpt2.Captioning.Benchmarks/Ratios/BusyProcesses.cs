using System.Diagnostics;

namespace ClipGpt2.Captioning.Benchmarks.Ratios;

/// <summary>Other programs that want the cores while something is measured: processes of normal priority that never rest.</summary>
/// <remarks>
/// Each is this program itself with the argument <see cref="BusyLoop.Verb"/>. It ends with this object, and where this process ends in any other way
/// (Ctrl-C, a crash, a kill), by the pipe between them, which the system closes then.
/// </remarks>
internal sealed class BusyProcesses : IDisposable
{
    private readonly List<Process> _processes = [];

    /// <summary>Starts them and returns when each is busy.</summary>
    /// <exception cref="InvalidOperationException">One doesn't start.</exception>
    public BusyProcesses(int count)
    {
        try
        {
            for (var i = 0; i < count; i++)
            {
                _processes.Add(Process.Start(Command())!);
            }

            foreach (var process in _processes)
            {
                if (process.StandardOutput.ReadLine() != BusyLoop.Verb)
                {
                    throw new InvalidOperationException($"'{process.StartInfo.FileName} {BusyLoop.Verb}' didn't become busy.");
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The processes' numbers.</summary>
    public IReadOnlyList<int> Ids => [.. _processes.Select(process => process.Id)];

    /// <summary>What was measured beside fewer than there should be says nothing.</summary>
    /// <exception cref="InvalidOperationException">One has ended.</exception>
    public void RequireAll()
    {
        if (_processes.Find(process => process.HasExited) is { } ended)
        {
            throw new InvalidOperationException($"The busy process {ended.Id} has ended (exit code {ended.ExitCode}).");
        }
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        _processes.Clear();
    }

    private static ProcessStartInfo Command()
    {
        // "dotnet program.dll", or the program's own executable.
        var executable = Environment.ProcessPath!;
        string[] arguments = Path.GetFileNameWithoutExtension(executable) == "dotnet" ? [Environment.GetCommandLineArgs()[0], BusyLoop.Verb] : [BusyLoop.Verb];
        return new ProcessStartInfo(executable, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
    }
}
