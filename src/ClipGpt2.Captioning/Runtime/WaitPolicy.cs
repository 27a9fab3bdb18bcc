namespace ClipGpt2.Captioning.Runtime;

/// <summary>How threads that share an operator's work wait for the next: awake, which answers at once and keeps others off the core, or asleep.</summary>
/// <remarks>
/// It holds for the threads of libtorch's OpenMP on Linux, and for those of the library's own kernels everywhere. On Windows and macOS libtorch's
/// threads wait as its build has them wait.
/// </remarks>
public enum WaitPolicy
{
    /// <summary>Awake for some ten microseconds, then asleep: the fastest that was measured for models, whose operators are libtorch's and the library's own in turn. The default.</summary>
    Brief,

    /// <summary>Asleep at once (<c>OMP_WAIT_POLICY=passive</c>): the least work for the machine, and slower where operators are small.</summary>
    Passive,

    /// <summary>
    /// Awake for minutes (<c>OMP_WAIT_POLICY=active</c>), for hosts whose own operators are libtorch's alone and that have the machine to themselves: where libtorch's threads and the
    /// library's take turns, those that wait keep the cores from those that work, and models are three times as slow; beside a busy program ten times.
    /// </summary>
    Active,

    /// <summary>The environment isn't touched: libtorch's threads wait as the host's variables say, or as OpenMP does on its own (awake for some milliseconds).</summary>
    Host,
}
