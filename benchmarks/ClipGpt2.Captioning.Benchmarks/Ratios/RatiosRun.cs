using System.Diagnostics;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;
using ClipGpt2.Captioning.Benchmarks.Workloads;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Benchmarks.Ratios;

/// <summary>Measures the workloads that were asked for and prints each row as soon as it is there.</summary>
internal sealed class RatiosRun(RatiosOptions options)
{
    private static readonly TimeSpan BudgetOfWorkload = TimeSpan.FromSeconds(5);

    private readonly List<RatioRow> _rows = [];
    private bool _disagreed;

    public IReadOnlyList<RatioRow> Rows => _rows;

    /// <summary>Whether all sides agreed on their results and all peers were driven well.</summary>
    public bool IsValid => !_disagreed && _rows.All(r => r.Valid);

    public void Measure()
    {
        var start = Stopwatch.GetTimestamp();
        TorchRuntime.Configure(threads: Machine.Threads);
        using var machine = new MachineProbe();
        var description = $"{Machine.Processor}, {Machine.Threads} threads. {machine.Description}.";
        Console.WriteLine(description);
        Console.WriteLine(RatioReport.Header);

        var interleaving = new Interleaving(machine, BudgetOfWorkload);
        foreach (var (name, create) in WorkloadGroups.ByName.Where(g => options.Group is null || g.Key == options.Group))
        {
            var begin = _rows.Count;
            using var group = create();
            foreach (var workload in group.Workloads().Where(IsWanted))
            {
                Measure(interleaving, workload);
            }

            if (options.Page is { } page)
            {
                PerformancePage.Update(page, name, description, _rows.Skip(begin));
            }
        }

        Console.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
    }

    private bool IsWanted(Workload workload) => options.Only is null || workload.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase);

    private void Measure(Interleaving interleaving, Workload workload)
    {
        try
        {
            foreach (var row in interleaving.Measure(workload).Rows())
            {
                Console.WriteLine(RatioReport.Format(row));
                _rows.Add(row);
            }
        }
        catch (DisagreementException e)
        {
            _disagreed = true;
            Console.Error.WriteLine($"{workload.Name}: {e.Message}");
        }
    }
}
