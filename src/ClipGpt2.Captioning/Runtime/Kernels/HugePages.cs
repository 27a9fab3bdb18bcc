using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Asks Linux to back large weights by 2 MB pages: reading them once a decoding step is bound by memory, and by address translation.</summary>
internal static unsafe partial class HugePages
{
    private const nint PageSize = 2 << 20;
    private const int Wanted = 14;   // MADV_HUGEPAGE
    private const int Collapse = 25; // MADV_COLLAPSE, from Linux 6.1 on

    private static readonly BlockingCollection<PanelWeight> Waiting = [];
    private static readonly Lazy<Thread> Worker = new(Start);

    /// <summary>
    /// Advises on another thread, since the system copies the pages while it follows. Weights that are freed in the meantime do no harm: the
    /// advice changes no content.
    /// </summary>
    public static void AdviseSoon(PanelWeight weight)
    {
        if (OperatingSystem.IsLinux() && weight.PanelBytes * weight.Panels > PageSize)
        {
            _ = Worker.Value;
            Waiting.Add(weight);
        }
    }

    /// <summary>A hint: where the system doesn't follow it, nothing changes.</summary>
    public static void Advise(byte* address, long bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var begin = ((nint)address + PageSize - 1) / PageSize * PageSize;
        var end = (nint)(address + bytes) / PageSize * PageSize;
        if (end > begin && Advise(begin, end - begin, Wanted) == 0)
        {
            _ = Advise(begin, end - begin, Collapse);
        }
    }

    private static Thread Start()
    {
        var thread = new Thread(() =>
        {
            foreach (var weight in Waiting.GetConsumingEnumerable())
            {
                Advise((byte*)weight.Address, weight.PanelBytes * weight.Panels);
            }
        })
        {
            IsBackground = true,
            Name = "ClipGpt2 huge pages",
            Priority = ThreadPriority.BelowNormal,
        };
        thread.Start();
        return thread;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nint length, int advice);
}
