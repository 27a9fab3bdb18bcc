namespace ClipGpt2.Captioning.Benchmarks.Ratios;

/// <summary>What a process of <see cref="BusyProcesses"/> does: it never rests, until the pipe to whoever started it closes, which no end of that process can prevent.</summary>
internal static class BusyLoop
{
    /// <summary>The argument that makes a program one.</summary>
    public const string Verb = "busy";

    private static uint _count;

    public static void Run()
    {
        var spinning = new Thread(Spin) { IsBackground = true };
        spinning.Start();
        Console.Out.WriteLine(Verb);
        Console.Out.Flush();
        while (Console.In.Read() >= 0)
        {
        }
    }

    private static void Spin()
    {
        for (var i = 0u; ; i++)
        {
            Volatile.Write(ref _count, i);
        }
    }
}
