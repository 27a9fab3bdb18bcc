namespace ClipGpt2.Captioning.Runtime;

/// <summary>How threads that share an operator's work wait for the next: awake, which answers at once and keeps others off the core, or asleep.</summary>
/// <remarks>
/// It holds for the threads of libtorch's OpenMP on Linux; those of the library's own kernels are awake for 50 microseconds, or with <see cref="Passive"/> not at all. On Windows and macOS libtorch's
/// threads wait as its build has them wait.
/// </remarks>
public enum WaitPolicy
{
    /// <summary>Awake for some ten microseconds, then asleep: the fastest that was measured for models, whose operators are libtorch's and the library's own in turn. The default.</summary>
    Brief,

    /// <summary>Asleep at once (<c>OMP_WAIT_POLICY=passive</c>): the least work for the machine, and slower where operators are small.</summary>
    Passive,

    /// <summary>
    /// libtorch's threads are awake for minutes (<c>OMP_WAIT_POLICY=active</c>), the library's own as with <see cref="Brief"/>: for hosts whose own operators are libtorch's alone and that
    /// have the machine to themselves. Where both take turns, libtorch's keep the cores while it is the others' turn, and beside a busy program models are ten times as slow.
    /// </summary>
    Active,

    /// <summary>The environment isn't touched: libtorch's threads wait as the host's variables say, or as OpenMP does on its own (awake for some milliseconds).</summary>
    Host,
}
