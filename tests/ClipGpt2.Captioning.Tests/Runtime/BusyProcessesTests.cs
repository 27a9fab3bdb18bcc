using System.Diagnostics;
using System.Globalization;

namespace ClipGpt2.Captioning.Tests.Runtime;

/// <summary>The benchmarks' busy neighbours: one that outlived its parent would take a core from the machine for good.</summary>
public sealed class BusyProcessesTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Busy_processes_use_the_processor_and_end_with_their_parent_however_it_ends(bool killed)
    {
        using var parent = Process.Start(HostProgram.Command(["be-busy", "2"]))!;
        var busy = (await parent.StandardOutput.ReadLineAsync())!.Split(' ').Select(id => Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture))).ToList();
        Assert.Equal(2, busy.Count);
        foreach (var process in busy)
        {
            Assert.Equal(ProcessPriorityClass.Normal, process.PriorityClass);
            await Until(() => ProcessorTime(process) > TimeSpan.FromMilliseconds(300));
        }

        if (killed)
        {
            parent.Kill();
        }
        else
        {
            await parent.StandardInput.WriteLineAsync();
        }

        await Until(() => parent.HasExited && busy.TrueForAll(process => process.HasExited));
        busy.ForEach(process => process.Dispose());
    }

    private static TimeSpan ProcessorTime(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Longest);
        while (!condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
