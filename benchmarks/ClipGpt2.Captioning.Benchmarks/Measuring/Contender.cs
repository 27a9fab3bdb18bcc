using System.Diagnostics;

namespace ClipGpt2.Captioning.Benchmarks.Measuring;

/// <summary>A program that does a workload once each time it is run.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Run">The work, which is timed.</param>
/// <param name="Prepare">What must be set up before each run and isn't timed.</param>
/// <param name="Finish">What must be put away after each run and isn't timed.</param>
/// <param name="Part">The seconds of the last run that count, where only a part of it does; null for the whole.</param>
internal sealed record Contender(string Name, Action Run, Action? Prepare = null, Action? Finish = null, Func<double>? Part = null)
{
    // Shorter runs are repeated, so that neither the clock nor one interrupt decides.
    private const double ShortestMeasurement = 0.05;

    // How much longer a first run may take, for code that has to be compiled.
    private const double FirstRunAllowance = 10;

    private int _repeats = 1;

    /// <summary>Runs without a record: code is compiled, memory touched and the number of repetitions chosen.</summary>
    public void WarmUp()
    {
        if (Seconds() < FirstRunAllowance * ShortestMeasurement)
        {
            _repeats = (int)Math.Clamp(Math.Ceiling(ShortestMeasurement / Seconds()), 1, 1000);
        }
    }

    /// <summary>Measures one run (the mean of several, if they are short).</summary>
    public double Seconds()
    {
        var seconds = 0.0;
        for (var i = 0; i < _repeats; i++)
        {
            Prepare?.Invoke();
            var begin = Stopwatch.GetTimestamp();
            Run();
            seconds += Part?.Invoke() ?? Stopwatch.GetElapsedTime(begin).TotalSeconds;
            Finish?.Invoke();
        }

        return seconds / _repeats;
    }
}
