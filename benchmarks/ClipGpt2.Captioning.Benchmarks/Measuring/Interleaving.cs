using System.Diagnostics;
using ClipGpt2.Captioning.Benchmarks.Measuring.Limits;

namespace ClipGpt2.Captioning.Benchmarks.Measuring;

/// <summary>Measures all sides of a workload in turn, round after round, so that a machine's better and worse minutes meet them alike.</summary>
internal sealed class Interleaving(MachineProbe machine, TimeSpan budget)
{
    private const int FewestRounds = 5;
    private const int MostRounds = 25;

    // Threads of libtorch's OpenMP and of the managed kernels look for work a little while after a run before they sleep.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Measures a workload.</summary>
    /// <exception cref="DisagreementException">The sides' outputs differ.</exception>
    public Measurement Measure(Workload workload)
    {
        try
        {
            workload.Begin();
            return MeasureRounds(workload);
        }
        finally
        {
            workload.End();
        }
    }

    private Measurement MeasureRounds(Workload workload)
    {
        var contenders = Contenders(workload);
        contenders.ForEach(c => c.WarmUp());

        var seconds = contenders.ToDictionary(c => c, _ => new List<double>());
        var rates = new List<MachineRates>();
        var begin = Stopwatch.GetTimestamp();
        for (var round = 0; round < FewestRounds || (round < MostRounds && Stopwatch.GetElapsedTime(begin) < budget); round++)
        {
            rates.Add(machine.Measure());
            for (var i = 0; i < contenders.Count; i++)
            {
                // Nobody always follows the same one, whose leavings in the caches it would have to bear.
                var contender = contenders[(i + round) % contenders.Count];
                Thread.Sleep(Pause);
                seconds[contender].Add(contender.Seconds());
            }
        }

        return new Measurement(workload, seconds, rates);
    }

    private static List<Contender> Contenders(Workload workload)
    {
        IEnumerable<Contender?> all = [.. workload.Peer?.Programs ?? [], workload.Yardstick, .. workload.Ours.Select(v => v.Program)];
        return [.. all.OfType<Contender>()];
    }
}
