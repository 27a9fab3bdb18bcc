using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Kernels;

namespace ClipGpt2.Captioning.HostProgram;

/// <summary>Ends while a background thread keeps a team of workers at work.</summary>
internal static unsafe class EndAmidWork
{
    public static void Run()
    {
        TorchRuntime.Configure(threads: 4);
        using var working = new ManualResetEventSlim();
        new Thread(() =>
        {
            while (true)
            {
                WorkerTeam.Run(&Spin, null);
                working.Set();
            }
        })
        { IsBackground = true }.Start();
        working.Wait();
        Console.WriteLine("ends");
    }

    private static void Spin(void* context, int part, int parts) => Thread.SpinWait(10_000);
}
