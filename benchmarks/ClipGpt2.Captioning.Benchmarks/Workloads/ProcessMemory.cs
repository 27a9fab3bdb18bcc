using System.Globalization;
using System.Runtime.InteropServices;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>The memory of this process.</summary>
internal static partial class ProcessMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>The bytes in memory that come from no file, once what nobody needs has been given back; null where the system doesn't say.</summary>
    public static double? Private()
    {
        if (!File.Exists(Status))
        {
            return null;
        }

        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        _ = Trim(0);
        var line = File.ReadLines(Status).FirstOrDefault(text => text.StartsWith("RssAnon:", StringComparison.Ordinal));
        return line is null ? null : 1024 * double.Parse(line["RssAnon:".Length..^" kB".Length], CultureInfo.InvariantCulture);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
