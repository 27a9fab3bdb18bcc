using System.Diagnostics;

namespace ClipGpt2.Captioning.Fuzzing;

/// <summary>Runs a reader on changed files. A case's number and the reference program alone decide what it reads.</summary>
/// <param name="reader">The reader.</param>
/// <param name="seed">The seed.</param>
/// <param name="limits">What one file may take.</param>
/// <param name="folder">Where the changed files are written and removed again.</param>
internal sealed class FuzzRun(FuzzReader reader, int seed, FuzzLimits limits, string folder)
{
    /// <summary>One fault is found a thousand times; the first few tell enough.</summary>
    private const int MostFindings = 20;

    public FuzzTally Tally { get; } = new(reader.Name);

    /// <summary>The bytes of a case and the file that they were made of.</summary>
    public (FuzzSeed Seed, byte[] Bytes) Make(int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var (file, other) = (reader.Choose(random), reader.Choose(random));
        return (file, new Mutator(random).Mutate(file.Bytes, other.Bytes));
    }

    /// <summary>Runs cases, up to their number or too many findings.</summary>
    public void Run(int first, int count)
    {
        for (var number = first; number < first + count && Tally.Findings.Count < MostFindings; number++)
        {
            if (!TryCase(number))
            {
                return;
            }
        }
    }

    /// <summary>Runs one case; false if it didn't end and nothing can follow it.</summary>
    private bool TryCase(int number)
    {
        var (file, bytes) = Make(number);
        var path = file.Write(bytes, Path.Combine(folder, $"{reader.Name}-{seed}-{number}"));
        var clock = Stopwatch.StartNew();
        var run = Task.Factory.StartNew(() => Read(path), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Tally.Runs++;
        if (!run.Wait(limits.Longest))
        {
            Find(number, file, $"it hangs: more than {limits.Longest.TotalSeconds} s");
            return false;
        }

        Tally.Slowest = clock.Elapsed > Tally.Slowest ? clock.Elapsed : Tally.Slowest;
        Note(number, file, run.Result);
        file.Remove(path);
        return true;
    }

    private void Note(int number, FuzzSeed file, (long Bytes, Exception? Error) outcome)
    {
        Tally.MostBytes = Math.Max(Tally.MostBytes, outcome.Bytes);
        Tally.Loaded += outcome.Error is null ? 1 : 0;
        Tally.Refused += outcome.Error is CaptioningException ? 1 : 0;
        if (outcome.Error is not (null or CaptioningException))
        {
            Find(number, file, outcome.Error.ToString());
        }
        else if (outcome.Bytes > limits.MostBytes)
        {
            Find(number, file, $"it allocates {outcome.Bytes} bytes");
        }
        else if (outcome.Error is { Message.Length: > 100_000 })
        {
            Find(number, file, $"its message has {outcome.Error.Message.Length} characters");
        }
    }

    private (long Bytes, Exception? Error) Read(string path)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Exception? error = null;
        try
        {
            reader.Read(path);
        }
        catch (Exception e)
        {
            error = e;
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before, error);
    }

    private void Find(int number, FuzzSeed file, string what) => Tally.Findings.Add($"{reader.Name} --seed {seed} --case {number} ({file.Name}): {what}");
}
