using System.Diagnostics;
using ClipGpt2.Captioning.Benchmarks.Measuring;
using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;
using ClipGpt2.Captioning.Benchmarks.Workloads;
using ClipGpt2.Captioning.Runtime;

namespace ClipGpt2.Captioning.Benchmarks.Ratios;

/// <summary>Measures the workloads that were asked for and prints each row as soon as it is there.</summary>
internal sealed class RatiosRun(RatiosOptions options)
{
    private const int MostTries = 3;

    private static readonly TimeSpan BudgetOfWorkload = TimeSpan.FromSeconds(5);

    private readonly List<RatioRow> _rows = [];
    private bool _disagreed;

    public IReadOnlyList<RatioRow> Rows => _rows;

    /// <summary>Whether all sides agreed on their results and all peers were driven well.</summary>
    public bool IsValid => !_disagreed && _rows.All(r => r.Valid);

    /// <summary>Whether there was no workload of the name that was asked for.</summary>
    public bool MeasuredNothing => !_disagreed && _rows.Count == 0;

    public void Measure()
    {
        var start = Stopwatch.GetTimestamp();
        TorchRuntime.Configure(threads: Machine.Threads);
        Console.WriteLine($"OpenMP's threads wait: {TorchRuntime.Waiting}.");
        using var busy = new BusyProcesses(options.Busy);
        using var machine = new MachineProbe();
        var description = $"{Machine.Processor}, {Machine.Threads} threads{Beside}. {machine.Description}.";
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
                busy.RequireAll();
            }

            if (options.Page is { } page)
            {
                PerformancePage.Update(page, options.Busy == 0 ? name : $"{name}, busy {options.Busy}", description, _rows.Skip(begin));
            }
        }

        Console.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
    }

    private string Beside => options.Busy switch
    {
        0 => "",
        1 => ", beside 1 busy process",
        _ => $", beside {options.Busy} busy processes",
    };

    private bool IsWanted(Workload workload) => options.Only is null || workload.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase);

    private void Measure(Interleaving interleaving, Workload workload)
    {
        try
        {
            _rows.AddRange(MeasureUntilValid(interleaving, Comparable(workload)));
        }
        catch (DisagreementException e)
        {
            _disagreed = true;
            Console.Error.WriteLine($"{workload.Name}: {e.Message}");
        }
    }

    /// <summary>Beside busy processes nobody knows how fast the peer should be; whether it computes the same is asked for as ever.</summary>
    private Workload Comparable(Workload workload) =>
        options.Busy > 0 && workload.Peer is { } peer ? workload with { Peer = peer with { Expected = null } } : workload;

    /// <summary>Rows that say nothing are measured again, since the peer may just have met a bad minute.</summary>
    private List<RatioRow> MeasureUntilValid(Interleaving interleaving, Workload workload)
    {
        for (var tries = 1; ; tries++)
        {
            var rows = interleaving.Measure(workload).Rows().Select(row => row with { Tries = tries, Busy = options.Busy }).ToList();
            rows.ForEach(row => Console.WriteLine(RatioReport.Format(row)));
            if (tries == MostTries || rows.TrueForAll(row => row.Valid))
            {
                return rows;
            }
        }
    }
}
