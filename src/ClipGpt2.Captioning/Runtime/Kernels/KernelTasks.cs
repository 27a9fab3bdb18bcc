namespace ClipGpt2.Captioning.Runtime.Kernels;

/// <summary>Shares many tasks of one kind among the threads: each takes runs of units until none is left, and they meet once, at the end.</summary>
internal static unsafe class KernelTasks
{
    // What each thread's share is cut into: one that another program holds up leaves more of them to the others.
    private const int Portions = 4;

    /// <summary>Does all tasks.</summary>
    public static void Run<T>(ReadOnlySpan<T> tasks)
        where T : unmanaged, IKernelTask
    {
        fixed (T* first = tasks)
        {
            var job = new Job<T> { Tasks = first, Count = tasks.Length };
            foreach (var task in tasks)
            {
                job.Units += task.Units;
            }

            if (job.Units > 0)
            {
                WorkerTeam.Run(&RunPart<T>, &job);
            }
        }
    }

    private static void RunPart<T>(void* context, int part, int parts)
        where T : unmanaged, IKernelTask
    {
        var job = (Job<T>*)context;
        var together = (job->Units + (parts * Portions) - 1) / (parts * Portions);
        long end;
        while ((end = Interlocked.Add(ref job->Taken, together)) - together < job->Units)
        {
            Run(job, end - together, Math.Min(end, job->Units));
        }
    }

    private static void Run<T>(Job<T>* job, long begin, long end)
        where T : unmanaged, IKernelTask
    {
        long offset = 0;
        for (var i = 0; i < job->Count && offset < end; i++)
        {
            var units = job->Tasks[i].Units;
            var (from, to) = (Math.Max(begin - offset, 0), Math.Min(end - offset, units));
            if (from < to)
            {
                job->Tasks[i].Run(from, to);
            }

            offset += units;
        }
    }

    private struct Job<T>
        where T : unmanaged
    {
        public T* Tasks;
        public int Count;
        public long Units;

        /// <summary>The units that threads have taken on.</summary>
        public long Taken;
    }
}
