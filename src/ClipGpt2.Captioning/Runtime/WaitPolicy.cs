namespace ClipGpt2.Captioning.Runtime;

/// <summary>How threads that share an operator's work wait for the next: awake, which answers at once and keeps others off the core, or asleep.</summary>
/// <remarks>
/// It holds for the threads of libtorch's OpenMP on Linux, and for those of the library's own kernels everywhere. On Windows and macOS libtorch's
/// threads wait as its build has them wait.
/// </remarks>
public enum WaitPolicy
{
    /// <summary>Awake for a fraction of a millisecond, then asleep: nearly as fast as <see cref="Active"/> on a machine of one's own, and the policy for all others. The default.</summary>
    Brief,

    /// <summary>Asleep at once (<c>OMP_WAIT_POLICY=passive</c>): the least work for the machine, and slower where operators are small.</summary>
    Passive,

    /// <summary>Awake for minutes (<c>OMP_WAIT_POLICY=active</c>), for a machine on which nothing else runs; beside one other busy program it can be ten times as slow.</summary>
    Active,

    /// <summary>The environment isn't touched: libtorch's threads wait as the host's variables say, or as OpenMP does on its own (awake for some milliseconds).</summary>
    Host,
}
