using ClipGpt2.Captioning.Benchmarks.Workloads;

namespace ClipGpt2.Captioning.Benchmarks.Ratios;

/// <summary>The quick mode: each workload beside its peer and the machine's limits, in a few minutes.</summary>
internal static class RatiosCommand
{
    private const int Success = 0;
    private const int Invalid = 1;
    private const int WrongUsage = 2;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        RatiosOptions options;
        try
        {
            options = RatiosOptions.Parse(arguments);
        }
        catch (FormatException e)
        {
            Console.Error.WriteLine(e.Message);
            return WrongUsage;
        }

        if (options.Group is { } group && !WorkloadGroups.ByName.ContainsKey(group))
        {
            Console.Error.WriteLine($"There is no group '{group}'. Groups: {string.Join(", ", WorkloadGroups.ByName.Keys)}.");
            return WrongUsage;
        }

        var run = new RatiosRun(options);
        run.Measure();
        if (options.Json is { } path)
        {
            RatioReport.WriteJson(path, run.Rows);
        }

        if (run.MeasuredNothing)
        {
            Console.Error.WriteLine($"No workload's name holds '{options.Only}'.");
            return WrongUsage;
        }

        return run.IsValid ? Success : Invalid;
    }
}
