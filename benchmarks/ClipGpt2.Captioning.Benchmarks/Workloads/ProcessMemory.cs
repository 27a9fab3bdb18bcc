using System.Globalization;

namespace ClipGpt2.Captioning.Benchmarks.Workloads;

/// <summary>The memory of this process.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>The bytes in memory that come from no file; null where the system doesn't say.</summary>
    public static double? Private()
    {
        var line = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(text => text.StartsWith("RssAnon:", StringComparison.Ordinal)) : null;
        return line is null ? null : 1024 * double.Parse(line["RssAnon:".Length..^" kB".Length], CultureInfo.InvariantCulture);
    }
}
