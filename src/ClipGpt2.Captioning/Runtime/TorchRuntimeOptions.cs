namespace ClipGpt2.Captioning.Runtime;

/// <summary>Where libtorch is looked for, and how it is used.</summary>
public sealed record TorchRuntimeOptions
{
    /// <summary>A folder with a libtorch of the host's own, such as a CUDA build: it must hold <c>libtorch</c> in the version that TorchSharp was built against.</summary>
    /// <remarks>
    /// A folder that holds another version, or doesn't say which, is first tried in a process of its own, which is this program started once more
    /// without reaching its <c>Main</c>; what fails or crashes there is a <see cref="NativeBackendException"/> here.
    /// </remarks>
    /// <value>The default is <see langword="null"/>: the backend package that the application references.</value>
    public string? LibtorchFolder { get; init; }

    /// <summary>The way that products must be computed by; where it can't, or gives wrong results on this machine, loading a model is an error.</summary>
    /// <value>The default is <see cref="KernelPath.Auto"/>: the first way that proves itself.</value>
    public KernelPath Kernels { get; init; }

    /// <summary>How the threads that share an operator's work wait for the next. libtorch has it once a process.</summary>
    /// <remarks>
    /// It is the one thing for which the library touches the environment: where the host has set neither <c>OMP_WAIT_POLICY</c> nor
    /// <c>GOMP_SPINCOUNT</c>, one of the two is set in C's environment before libtorch is loaded. Programs that this process starts may inherit it.
    /// Since C's environment has no lock, a host whose other threads may read it at that moment calls <see cref="TorchRuntime.Load"/> first thing.
    /// </remarks>
    /// <value>The default is <see cref="WaitPolicy.Brief"/>.</value>
    public WaitPolicy WaitPolicy { get; init; }
}
