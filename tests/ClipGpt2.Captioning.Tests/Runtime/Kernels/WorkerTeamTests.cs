using System.Diagnostics;
using ClipGpt2.Captioning.Runtime;
using ClipGpt2.Captioning.Runtime.Kernels;
using TorchSharp;

namespace ClipGpt2.Captioning.Tests.Runtime.Kernels;

/// <summary>These set the number of threads, so nothing else may run beside them.</summary>
[Collection(nameof(CountsTensors))]
public sealed unsafe class WorkerTeamTests : IDisposable
{
    private static readonly TimeSpan LateEnough = TimeSpan.FromMilliseconds(50);

    private readonly int _threads = torch.get_num_threads();

    public void Dispose() => TorchRuntime.Configure(threads: _threads);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_part_is_called_once(int threads)
    {
        TorchRuntime.Configure(threads: threads);
        for (var call = 0; call < 1000; call++)
        {
            var job = new Job();
            WorkerTeam.Run(&Count, &job);
            Assert.Equal((threads, threads, (1 << threads) - 1), (job.Calls, job.Parts, job.Seen));
        }
    }

    /// <summary>Threads that sleep, or have no core, are not waited for: of far more parts than cores the caller does those that nobody has begun.</summary>
    [Fact]
    public void Parts_that_no_thread_has_begun_are_the_callers()
    {
        const int Calls = 50;
        TorchRuntime.Configure(threads: 16);
        var callers = 0;
        for (var call = 0; call < Calls; call++)
        {
            Thread.Sleep(LateEnough / 10);
            var job = new Job { Caller = Environment.CurrentManagedThreadId };
            WorkerTeam.Run(&CountTheCallers, &job);
            Assert.Equal((16, 0xffff), (job.Calls, job.Seen));
            callers += job.ByCaller;
        }

        Assert.InRange(callers, (2 * Calls) + 1, 16 * Calls);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void An_exception_of_any_part_comes_back_when_no_part_runs_any_more(int failing)
    {
        TorchRuntime.Configure(threads: 4);
        for (var call = 0; call < 20; call++)
        {
            var job = new Job { Failing = 1 << failing };
            var failure = Fail(&FailAtOnceOthersLate, &job);
            Assert.Equal($"part {failing}", failure.Message);
            Assert.Equal(3, job.Calls);
            Assert.Contains(nameof(FailAtOnceOthersLate), failure.StackTrace, StringComparison.Ordinal);
        }

        // The team is as good as before.
        Every_part_is_called_once(4);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    public void Of_several_exceptions_the_first_comes_back(int first, int second)
    {
        TorchRuntime.Configure(threads: 3);
        var job = new Job { Failing = (1 << first) | (1 << second), First = first };
        Assert.Equal($"part {first}", Fail(&FailInOrder, &job).Message);
    }

    [Fact]
    public void Callers_at_once_get_their_own_results_and_exceptions()
    {
        TorchRuntime.Configure(threads: 3);
        Callers(count: 6, (caller, call) =>
        {
            var job = new Job { Failing = call % 3 == 0 ? 0 : 1 << (call % 3 - 1), Caller = caller };
            if (call % 3 == 0)
            {
                WorkerTeam.Run(&Count, &job);
            }
            else
            {
                // Who does all alone has only a part 0.
                var failure = Record(&FailNamingTheCaller, &job);
                Assert.Equal(job.Parts > 1 || job.Failing == 1 ? $"caller {caller}" : null, failure?.Message);
            }

            Assert.Equal(job.Parts, job.Calls);
        });
    }

    [Fact]
    public void The_number_of_threads_may_change_while_calls_run()
    {
        TorchRuntime.Configure(threads: 2);
        Callers(count: 4, (caller, call) =>
        {
            // A thread's first question takes over the number that any thread has set last; from then on it keeps its own.
            _ = torch.get_num_threads();
            torch.set_num_threads(1 + ((caller + call) % 4));
            var job = new Job { Failing = call % 5 == 0 ? 1 : 0, Caller = caller };
            var failure = Record(&FailNamingTheCaller, &job);
            Assert.Equal(call % 5 == 0 ? $"caller {caller}" : null, failure?.Message);
            Assert.Equal(job.Parts, job.Calls);
            Assert.InRange(job.Parts, 1, 1 + ((caller + call) % 4));
        });
    }

    [Fact]
    public void Teams_end_when_the_number_of_threads_changes()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells the names of a process's threads.");
        foreach (var threads in (int[])[6, 2, 5])
        {
            Every_part_is_called_once(threads);
        }

        AwaitWorkers(expected: 0);
        Every_part_is_called_once(3);
        Assert.Equal(2, Workers());
        AwaitWorkers(expected: 0);
    }

    [Fact]
    public void A_call_from_inside_a_part_is_done_alone()
    {
        TorchRuntime.Configure(threads: 2);
        var inner = new Job();
        var outer = new Job { Inner = &inner };
        WorkerTeam.Run(&CallFromInside, &outer);
        Assert.Equal((2, 2, 1), (outer.Calls, inner.Calls, inner.Parts));
    }

    /// <summary>The caller's stack must not go while workers write to it, not even if its thread is interrupted.</summary>
    [Fact]
    public void An_interrupted_caller_waits_for_its_parts_and_is_interrupted_then()
    {
        var (calls, interruptedAfter) = (0, false);
        using var running = new ManualResetEventSlim();
        var caller = new Thread(() =>
        {
            torch.set_num_threads(3);
            var job = new Job { Failing = 1 };
            running.Set();
            Assert.Equal("part 0", Record(&FailAtOnceOthersLate, &job)?.Message);
            calls = job.Calls;
            try
            {
                Thread.Sleep(Timeout.Infinite);
            }
            catch (ThreadInterruptedException)
            {
                interruptedAfter = true;
            }
        });
        caller.Start();
        running.Wait();
        Thread.Sleep(LateEnough / 2);
        caller.Interrupt();
        caller.Join();
        Assert.Equal((2, true), (calls, interruptedAfter));
    }

    private static void Callers(int count, Action<int, int> call)
    {
        const int Calls = 500;
        var failures = new List<Exception>();
        var callers = Enumerable.Range(0, count).Select(caller => new Thread(() =>
        {
            try
            {
                for (var i = 0; i < Calls; i++)
                {
                    call(caller, i);
                }
            }
            catch (Exception e)
            {
                lock (failures)
                {
                    failures.Add(e);
                }
            }
        })).ToList();
        callers.ForEach(thread => thread.Start());
        callers.ForEach(thread => thread.Join());
        Assert.Empty(failures);
    }

    private static void AwaitWorkers(int expected)
    {
        for (var begin = Stopwatch.GetTimestamp(); Workers() != expected && Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(20);)
        {
            Thread.Sleep(LateEnough);
        }

        Assert.Equal(expected, Workers());
    }

    private static int Workers() => Directory.EnumerateDirectories("/proc/self/task").Count(task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("ClipGpt2 kernel", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    });

    private static InvalidOperationException Fail(delegate*<void*, int, int, void> work, Job* job)
    {
        var failure = Record(work, job);
        Assert.NotNull(failure);
        return failure;
    }

    private static InvalidOperationException? Record(delegate*<void*, int, int, void> work, Job* job)
    {
        try
        {
            WorkerTeam.Run(work, job);
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private static void Count(void* context, int part, int parts)
    {
        var job = (Job*)context;
        job->Parts = parts;
        Interlocked.Or(ref job->Seen, 1 << part);
        Interlocked.Increment(ref job->Calls);
    }

    private static void CountTheCallers(void* context, int part, int parts)
    {
        Count(context, part, parts);
        var job = (Job*)context;
        if (Environment.CurrentManagedThreadId == job->Caller)
        {
            Interlocked.Increment(ref job->ByCaller);
        }
    }

    private static void FailAtOnceOthersLate(void* context, int part, int parts)
    {
        if (((Job*)context)->Fails(part))
        {
            throw new InvalidOperationException($"part {part}");
        }

        // Awake, as kernels are: who is interrupted in here isn't the team.
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < LateEnough;)
        {
            Thread.SpinWait(100);
        }

        Count(context, part, parts);
    }

    private static void FailInOrder(void* context, int part, int parts)
    {
        var job = (Job*)context;
        if (job->Fails(part))
        {
            Thread.Sleep(part == job->First ? TimeSpan.Zero : 4 * LateEnough);
            throw new InvalidOperationException($"part {part}");
        }
    }

    private static void FailNamingTheCaller(void* context, int part, int parts)
    {
        Count(context, part, parts);
        var job = (Job*)context;
        if (job->Fails(part))
        {
            throw new InvalidOperationException($"caller {job->Caller}");
        }
    }

    private static void CallFromInside(void* context, int part, int parts)
    {
        WorkerTeam.Run(&Count, ((Job*)context)->Inner);
        Count(context, part, parts);
    }

    private struct Job
    {
        public int Parts;
        public int Calls;
        public int Seen;
        public int Failing; // one bit for each part
        public int First;
        public int Caller;
        public int ByCaller;
        public Job* Inner;

        public readonly bool Fails(int part) => (Failing & (1 << part)) != 0;
    }
}
