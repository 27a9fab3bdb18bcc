using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Asks Linux to back large weights by 2 MB pages: reading them once a decoding step is bound by memory, and by address translation.</summary>
internal static unsafe partial class HugePages
{
    private const nint PageSize = 2 << 20;
    private const int QuietMilliseconds = 300;
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

    /// <summary>Advises on memory that nobody has written yet: its pages will be large from the start.</summary>
    public static void AdviseUntouched(void* address, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            var (begin, length) = WholePages((byte*)address, (long)bytes);
            _ = length > 0 && Advise(begin, length, Wanted) == 0;
        }
    }

    /// <summary>Has the system move what lies on small pages to large ones. A hint: where it doesn't follow, nothing changes.</summary>
    public static void Move(byte* address, long bytes)
    {
        var (begin, length) = WholePages(address, bytes);
        if (length > 0 && Advise(begin, length, Wanted) == 0)
        {
            _ = Advise(begin, length, Collapse);
        }
    }

    private static (nint Begin, nint Length) WholePages(byte* address, long bytes)
    {
        var begin = ((nint)address + PageSize - 1) / PageSize * PageSize;
        return (begin, ((nint)(address + bytes) / PageSize * PageSize) - begin);
    }

    private static Thread Start()
    {
        var thread = new Thread(AdviseWhenQuiet) { IsBackground = true, Name = "ClipGpt2 huge pages", Priority = ThreadPriority.BelowNormal };
        thread.Start();
        return thread;
    }

    /// <summary>Waits until no weight has come for a while, so that loading has the cores to itself, and then takes one page at a time.</summary>
    private static void AdviseWhenQuiet()
    {
        var weights = new Queue<PanelWeight>();
        while (true)
        {
            weights.Enqueue(Waiting.Take());
            while (Waiting.TryTake(out var next, QuietMilliseconds))
            {
                weights.Enqueue(next);
            }

            while (weights.TryDequeue(out var weight))
            {
                var end = (byte*)weight.Address + (weight.PanelBytes * weight.Panels);
                for (var page = (byte*)weight.Address; page < end; page += PageSize)
                {
                    // The range from one page to the next but one holds one aligned page.
                    Move(page, Math.Min(2 * PageSize, end - page));
                    Thread.Sleep(0);
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nint length, int advice);
}
