using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace ClipGpt2.Captioning.Tool.Tests;

/// <summary>The real executable, run once.</summary>
/// <param name="ExitCode">What it returned.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record ClipGpt2Process(int ExitCode, string Output, string Error)
{
    private const ulong Interrupt = 1 << (2 - 1); // SIGINT's bit

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <summary>The lines of standard output as JSON: anything else there fails.</summary>
    public IReadOnlyList<JsonElement> Json => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    public static Task<ClipGpt2Process> Run(params string[] arguments) => Run(Command(arguments));

    /// <param name="command">What to run.</param>
    /// <param name="input">All of its standard input; null for one that stays open.</param>
    public static async Task<ClipGpt2Process> Run(ProcessStartInfo command, string? input = null)
    {
        using var process = Process.Start(command)!;
        using var patience = new CancellationTokenSource(Longest);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
            process.StandardInput.Close();
        }

        await process.WaitForExitAsync(patience.Token);
        return new(process.ExitCode, await output, await error);
    }

    public static ProcessStartInfo Command(params string[] arguments) => CommandIn(AppContext.BaseDirectory, arguments);

    /// <summary>The program that lies in a folder.</summary>
    public static ProcessStartInfo CommandIn(string folder, params string[] arguments)
    {
        var program = Path.Combine(folder, OperatingSystem.IsWindows() ? "clipgpt2.exe" : "clipgpt2");
        string[] line = IgnoresInterrupts ? ["env", "--default-signal=INT", program, .. arguments] : [program, .. arguments];
        var start = new ProcessStartInfo(line[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        Array.ForEach(line[1..], start.ArgumentList.Add);
        return start;
    }

    /// <summary>Whether this process was started in a shell's background, where Ctrl-C is ignored: its children would inherit that.</summary>
    private static bool IgnoresInterrupts { get; } = OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith("SigIgn:", StringComparison.Ordinal))
        .Any(line => (ulong.Parse(line["SigIgn:".Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) & Interrupt) != 0);
}
