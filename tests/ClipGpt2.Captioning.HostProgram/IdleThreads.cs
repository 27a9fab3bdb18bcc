using System.Diagnostics;
using System.Globalization;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;

namespace ClipGpt2.Captioning.HostProgram;

/// <summary>Prints how many milliseconds of processor time this process takes in half a second in which it does nothing, right after parallel work.</summary>
internal static unsafe class IdleThreads
{
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(500);

    public static void Run(string policy)
    {
        TorchRuntime.Load(new TorchRuntimeOptions { WaitPolicy = Enum.Parse<WaitPolicy>(policy) });
        TorchRuntime.Configure(threads: 2);
        using var x = torch.randn(1000, 1000);

        // The first time also code is compiled, in threads of its own.
        Work(x);
        Thread.Sleep(Idle);
        Work(x);
        var before = ProcessorTime();
        Thread.Sleep(Idle);
        Console.WriteLine((ProcessorTime() - before).TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture));
    }

    private static void Work(torch.Tensor x)
    {
        for (var i = 0; i < 20; i++)
        {
            x.exp().Dispose();
            WorkerTeam.Run(&DoNothing, null);
        }
    }

    private static void DoNothing(void* context, int part, int parts)
    {
    }

    private static TimeSpan ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
