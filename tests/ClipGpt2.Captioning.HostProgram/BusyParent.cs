using ClipGpt2.Captioning.Benchmarks.Ratios;

namespace ClipGpt2.Captioning.HostProgram;

/// <summary>Starts busy processes, prints their numbers, and ends them when it is told to by a line.</summary>
internal static class BusyParent
{
    public static void Run(int count)
    {
        using var busy = new BusyProcesses(count);
        busy.RequireAll();
        Console.WriteLine(string.Join(' ', busy.Ids));
        Console.ReadLine();
    }
}
